from . import mirror_import
