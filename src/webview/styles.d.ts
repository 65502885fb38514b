/** The build collects imported style sheets beside the script of the page. */
declare module '*.css';
