/** A bundle of its own, loaded with the first session. */
export { createConnection } from 'mysql2';
export { createConnection as createPromisedConnection } from 'mysql2/promise';
