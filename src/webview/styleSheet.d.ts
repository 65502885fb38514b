/** A style sheet that the bundler puts into a file beside the bundle. */
declare module '*.css';
