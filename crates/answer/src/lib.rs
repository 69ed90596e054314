//! What an analysis asks for and says: cards, parameters, tables, charts, messages.
