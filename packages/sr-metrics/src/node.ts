export * from './bapps.js';
export * from './opinion/read-opinion-files.js';
export * from './opinion/write-opinion-pages.js';
export { chartLibrary, escapeHtml, scriptValue } from './report/page-parts.js';
export * from './report/render-metrics-report.js';
