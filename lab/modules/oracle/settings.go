package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	_ "unsafe" // for go:linkname

	"github.com/spf13/pflag"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/klog/v2"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	managerapp "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	manageroptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
	_ "k8s.io/kubernetes/cmd/kubelet/app"
	managerconfig "k8s.io/kubernetes/pkg/controller/apis/config"
	managerscheme "k8s.io/kubernetes/pkg/controller/apis/config/scheme"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	"k8s.io/kubernetes/pkg/kubelet/apis/config/validation"
)

// What the kubelet's command does with its files and flags (cmd/kubelet/app/server.go), which it does not export.
//
//go:linkname loadConfigFile k8s.io/kubernetes/cmd/kubelet/app.loadConfigFile
func loadConfigFile(ctx context.Context, name string) (*kubeletconfig.KubeletConfiguration, error)

//go:linkname mergeKubeletConfigurations k8s.io/kubernetes/cmd/kubelet/app.mergeKubeletConfigurations
func mergeKubeletConfigurations(config *kubeletconfig.KubeletConfiguration, dir string) ([]string, error)

//go:linkname kubeletConfigFlagPrecedence k8s.io/kubernetes/cmd/kubelet/app.kubeletConfigFlagPrecedence
func kubeletConfigFlagPrecedence(config *kubeletconfig.KubeletConfiguration, args []string) error

// kubelet: its configuration file, the drop-ins (files below "conf.d/") and the list "arguments", which wins.
func kubelet(q *question, facts map[string]any) error {
	dir, err := q.written()
	if err != nil {
		return err
	}
	config, err := loadConfigFile(context.Background(), filepath.Join(dir, "file"))
	if err != nil {
		return err
	}
	dropIns := filepath.Join(dir, "conf.d")
	if _, err := os.Stat(dropIns); err == nil {
		if _, err := mergeKubeletConfigurations(config, dropIns); err != nil {
			return err
		}
	}
	if err := kubeletConfigFlagPrecedence(config, q.Lists["arguments"]); err != nil {
		return err
	}
	config.FailCgroupV1 = false // it would be judged by the machine that the oracle runs on
	if err := validation.ValidateKubeletConfiguration(config, utilfeature.DefaultFeatureGate); err != nil {
		return err
	}
	inside := func(path string) string { return strings.Replace(path, dir+"/", "", 1) }
	facts["staticPodPath"] = inside(config.StaticPodPath)
	facts["containerRuntimeEndpoint"] = config.ContainerRuntimeEndpoint
	facts["rotateCertificates"] = config.RotateCertificates
	facts["serverTLSBootstrap"] = config.ServerTLSBootstrap
	facts["tlsCertFile"] = inside(config.TLSCertFile)
	facts["tlsPrivateKeyFile"] = inside(config.TLSPrivateKeyFile)
	facts["address"] = config.Address
	facts["port"] = config.Port
	facts["clientCAFile"] = inside(config.Authentication.X509.ClientCAFile)
	return nil
}

// scheduler is how kube-scheduler loads --config.
func scheduler(q *question, facts map[string]any) error {
	dir, err := q.written()
	if err != nil {
		return err
	}
	config, err := scheduleroptions.LoadConfigFromFile(klog.Background(), filepath.Join(dir, "file"))
	if err != nil {
		return err
	}
	facts["kubeconfig"] = config.ClientConnection.Kubeconfig
	return nil
}

// manager decodes a KubeControllerManagerConfiguration: kube-controller-manager has the type, and up to 1.36 no flag
// that loads a file of it.
func manager(q *question, facts map[string]any) error {
	object, _, err := managerscheme.Codecs.UniversalDecoder().Decode(q.Files[""], nil, nil)
	if err != nil {
		return err
	}
	config, is := object.(*managerconfig.KubeControllerManagerConfiguration)
	if !is {
		return errors.New("another kind of object")
	}
	facts["kubeconfig"] = config.Generic.ClientConnection.Kubeconfig
	return nil
}

// arguments parses the list "arguments" with the flags of the component that the list "component" names, and says
// what every flag that was given got.
func arguments(q *question, facts map[string]any) error {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	var sets cliflag.NamedFlagSets
	switch name := q.Lists["component"][0]; name {
	case "kube-apiserver":
		sets = apiserver.NewServerRunOptions().Flags()
	case "kube-scheduler":
		sets = *scheduleroptions.NewOptions().Flags
	case "kube-controller-manager":
		options, err := manageroptions.NewKubeControllerManagerOptions()
		if err != nil {
			return err
		}
		sets = options.Flags(managerapp.KnownControllers(), managerapp.ControllersDisabledByDefault(), managerapp.ControllerAliases())
	default:
		return fmt.Errorf("component %q", name)
	}
	for _, set := range sets.FlagSets {
		flags.AddFlagSet(set)
	}
	if err := flags.Parse(q.Lists["arguments"]); err != nil {
		return err
	}
	values := map[string]string{}
	flags.Visit(func(flag *pflag.Flag) { values["--"+flag.Name] = flag.Value.String() })
	facts["flags"] = values
	if flags.NArg() > 0 {
		return fmt.Errorf("takes no arguments, got %q", flags.Args())
	}
	return nil
}
