//! From answers to terminal, markdown, CSV, JSON and one self-contained HTML file, in English, Hindi and Bengali.
