from . import test_company_status
