/** The style of the page: system fonts, light or dark as the reader has it, one column on a narrow screen. */
export const styles = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --accent: #7db8f5; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; max-width: 80rem; padding: 0 1rem 4rem; font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
h1 { margin: 1.5rem 0 0.5rem; font-size: 1.8rem; }
h2 { margin: 2.5rem 0 0.5rem; font-size: 1.4rem; }
h3 { margin: 0 0 0.5rem; font-size: 1.15rem; }
h4 { margin: 1.2rem 0 0.3rem; font-size: 1rem; }
p { margin: 0.4rem 0; }
code, pre { font: 0.875rem/1.45 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { margin: 0.4rem 0; padding: 0.7rem; overflow-x: auto; background: var(--soft); border: 1px solid var(--line); border-radius: 0.3rem; }
i { opacity: 0.75; font-size: 0.8rem; }
section { scroll-margin-top: 1rem; }
.operation, #schemas section { margin: 1.5rem 0; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.address { padding: 0.4rem 0.7rem; background: var(--soft); border: 1px solid var(--line); border-radius: 0.3rem; }
.wide { overflow-x: auto; }
td pre { white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; }
th, td { padding: 0.35rem 0.7rem 0.35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody th { font-weight: normal; }
tbody th code { white-space: nowrap; }
.type { max-width: 18rem; }
summary { cursor: pointer; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav h2 { margin: 1rem 0 0.2rem; font-size: 1rem; }
nav li { font-size: 0.9rem; line-height: 1.6; }
@media (min-width: 60rem) {
  .columns { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 2.5rem; }
  nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding-bottom: 1rem; }
}
@media (max-width: 40rem) {
  table, tbody, tr, th, td { display: block; }
  thead { display: none; }
  tr { padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
  th, td { padding: 0.1rem 0; border: 0; }
  .type { max-width: none; }
}
@media print { nav { display: none; } }
`;
