"""Files that people write, read with their lines: PRDs in any form, YAML and JSON mappings."""

from tdd_orchestrator.documents.mapping import read_yaml_mapping
from tdd_orchestrator.documents.read import read_prd

__all__ = ["read_prd", "read_yaml_mapping"]
