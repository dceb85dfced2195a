"""Checks a metadata.yaml, read from standard input, against Airbyte's JSON Schema and models.

Prints one line for each problem that either of them finds.
"""

import json
import sys
from importlib.resources import files

import jsonschema
import yaml
from airbyte_connector_models.metadata import v0
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import (
    ConnectorMetadataDefinitionV0,
)
from pydantic import ValidationError

document = yaml.safe_load(sys.stdin)
schema = json.loads(files(v0).joinpath("ConnectorMetadataDefinitionV0.json").read_text())
validator = jsonschema.validators.validator_for(schema)(
    schema, format_checker=jsonschema.FormatChecker()
)
for problem in validator.iter_errors(document):
    print(f"schema: {problem.json_path}: {problem.message}")
try:
    ConnectorMetadataDefinitionV0.model_validate(document)
except ValidationError as error:
    for one in error.errors():
        print(f"model: {'.'.join(map(str, one['loc']))}: {one['msg']}")
