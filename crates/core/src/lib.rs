//! What a business records: ids, money, days, records, summaries, histories.
