package main

import (
	"path/filepath"
	_ "unsafe" // for go:linkname

	"k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
	api "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/kubelet/config"
	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// The kubelet's reader of static pods (pkg/kubelet/config/common.go), which it does not export.
//
//go:linkname tryDecodeSinglePod k8s.io/kubernetes/pkg/kubelet/config.tryDecodeSinglePod
func tryDecodeSinglePod(logger klog.Logger, data []byte, defaults func(klog.Logger, *api.Pod) error) (bool, *v1.Pod, error)

//go:linkname applyDefaults k8s.io/kubernetes/pkg/kubelet/config.applyDefaults
func applyDefaults(logger klog.Logger, pod *api.Pod, source string, isFile bool, nodeName types.NodeName) error

type container struct {
	Name   string            `json:"name"`
	Image  string            `json:"image"`
	Words  []string          `json:"words"`
	Mounts map[string]string `json:"mounts"`
}

// manifest is what the kubelet runs of a file in its static pod folder.
func manifest(q *question, facts map[string]any) error {
	defaults := func(logger klog.Logger, pod *api.Pod) error {
		facts["name"] = pod.Name
		facts["labels"] = pod.Labels
		return applyDefaults(logger, pod, filepath.Join(folder, "file"), true, "node")
	}
	parsed, pod, err := tryDecodeSinglePod(klog.Background(), q.Files[""], defaults)
	facts["parsed"] = parsed
	if err != nil {
		return err
	}
	hosts := map[string]string{}
	for _, volume := range pod.Spec.Volumes {
		if volume.HostPath != nil {
			hosts[volume.Name] = volume.HostPath.Path
		}
	}
	containers := []container{}
	for at := range pod.Spec.Containers {
		c := &pod.Spec.Containers[at]
		command, args := kubecontainer.ExpandContainerCommandAndArgs(c, environment(c))
		mounts := map[string]string{}
		for _, mount := range c.VolumeMounts {
			if host, is := hosts[mount.Name]; is {
				mounts[mount.MountPath] = filepath.Join(host, mount.SubPath)
			}
		}
		containers = append(containers, container{c.Name, c.Image, append(append([]string{}, command...), args...), mounts})
	}
	facts["containers"] = containers
	return nil
}

// environment expands literal values as kubelet_pods.go makeEnvironmentVariables does.
func environment(c *v1.Container) (list []kubecontainer.EnvVar) {
	known := map[string]string{}
	mapping := expansion.MappingFuncFor(known)
	for _, variable := range c.Env {
		if variable.ValueFrom != nil {
			continue // only the running kubelet knows
		}
		value := variable.Value
		if value != "" {
			value = expansion.Expand(value, mapping)
		}
		known[variable.Name] = value
		list = append(list, kubecontainer.EnvVar{Name: variable.Name, Value: value})
	}
	return list
}
