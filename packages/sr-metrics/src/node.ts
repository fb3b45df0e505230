export * from './bapps.js';
export * from './opinion/read-opinion-files.js';
export * from './opinion/write-opinion-pages.js';
