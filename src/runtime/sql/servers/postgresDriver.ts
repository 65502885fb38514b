/** A bundle of its own, loaded with the first session. */
export { Client } from 'pg';
