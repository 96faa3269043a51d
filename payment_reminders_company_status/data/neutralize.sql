-- A copy of a database asks no register in the name of the original.
UPDATE res_company
   SET company_status_active = FALSE,
       company_status_virk_user = NULL,
       company_status_virk_password = NULL,
       company_status_bolagsverket_client = NULL,
       company_status_bolagsverket_secret = NULL,
       company_status_companies_house_key = NULL;
