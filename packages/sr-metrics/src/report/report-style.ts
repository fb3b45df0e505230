/** How a metrics report looks, by day and by night. */
export const reportStyle = `
:root {
  color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --ink: #1f2328; --faint: #656d76; --paper: #fff; --line: #d8dee4; --bar: #4577b8; --accent: #b3541e;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --faint: #9aa4ae; --paper: #16181b; --line: #363c43; --bar: #7aa5dd; --accent: #f0a35e; }
}
body { max-width: 960px; margin: 2rem auto; padding: 0 1rem; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem; }
p { margin: .3rem 0; color: var(--faint); overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--faint); font-weight: 500; }
td.bar { width: 14rem; min-width: 8rem; padding-right: 0; }
td.bar div { height: .8rem; background: var(--bar); min-width: 1px; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--accent); }
th[aria-sort=ascending] button::after { content: ' \\2191'; } th[aria-sort=descending] button::after { content: ' \\2193'; }
#charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 1.5rem 2rem; }
#charts > div, #scatter { min-width: 0; overflow: hidden; }
select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .25rem; padding: .1rem .3rem; }
.uplot { font: inherit; } .u-title { font-size: 1rem; font-weight: 500; }
.u-legend { text-align: left; font-size: .85rem; min-height: 1.6rem; } .u-legend th { color: var(--faint); border: 0; }
.u-legend td { border: 0; white-space: normal; overflow-wrap: anywhere; } .u-legend .u-marker { display: none; }
`;
