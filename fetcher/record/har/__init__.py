"""HAR 1.2: ``writer`` puts a PageLoad out, ``reader`` takes in what other tools wrote. Loaded only when asked for."""
