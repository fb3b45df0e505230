export * from './bapps.js';
export * from './html-text.js';
export * from './opinion/read-opinion-files.js';
export * from './opinion/write-opinion-pages.js';
export * from './report/chart-library.js';
export * from './report/render-metrics-report.js';
