process.env.PERSISTENCE_ENABLED = 'false';
process.env.DATABASE_PATH = ':memory:'; // a database of its own for every app that a test starts
