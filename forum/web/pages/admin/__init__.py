"""Where admins look after the forum: settings, accounts, jobs, mail, and what admins did."""
