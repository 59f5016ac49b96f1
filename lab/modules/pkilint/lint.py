"""Lints certificates by RFC 5280, as pkilint's own command lint_pkix_cert does, but all of them in one process.

A line of JSON for each file that is named: {"findings": ["CODE at PLACE", ...]}
"""

import json
import sys

from pkilint import loader
from pkilint.pkix import certificate, extension, name


def main():
    validator = certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )
    for path in sys.argv[1:]:
        with open(path, encoding="ascii") as file:
            document = loader.load_pem_certificate(file.read(), path)
        findings = [
            f"{description.finding.code} at {result.node.path}"
            for result in validator.validate(document.root)
            for description in result.finding_descriptions
        ]
        print(json.dumps({"findings": findings}))


main()
