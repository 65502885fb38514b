/** A bundle of its own, loaded with the first session. */
export { createConnection } from 'mysql2';
