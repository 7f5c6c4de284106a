"""The rules by which a source system turns a programme and bulletins into commands. No I/O."""
