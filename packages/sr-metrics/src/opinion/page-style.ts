/** How an opinion page looks: grey, so that nothing but the pictures has colour. */
export const pageStyle = `
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; color: #222; background: #c8c8c8; }
header { display: flex; gap: 1rem; align-items: center; padding: .5rem 1rem; background: #b8b8b8; }
h1 { flex: 1; margin: 0; font-size: 1.1rem; font-weight: 600; overflow-wrap: anywhere; }
main { outline: none; flex: 1; display: flex; flex-direction: column; align-items: center; gap: 1rem; padding: 1rem; }
p { max-width: 40rem; margin: 0; text-align: center; overflow-wrap: anywhere; }
#note { max-width: none; padding: 0 1rem .5rem; min-height: 1.5rem; }
.row { display: flex; flex-wrap: wrap; justify-content: center; gap: 1rem; }
figure { margin: 0; display: flex; flex-direction: column; align-items: center; gap: .5rem; }
figcaption { color: #444; font-size: .9rem; }
img { display: block; image-rendering: pixelated; }
button { font: inherit; padding: .5rem 1rem; border: 1px solid #666; border-radius: .25rem; background: #eee; color: #222; cursor: pointer; }
button:hover:enabled { background: #fff; }
button:focus-visible { outline: 3px solid #225; outline-offset: 2px; }
button[aria-pressed="true"] { background: #444; color: #fff; }
button:disabled { opacity: .5; cursor: default; }
`;
