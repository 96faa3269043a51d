from . import test_real_jobs
