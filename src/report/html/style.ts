/** One style sheet: system type, one scale of spacing (4 px) and type, colours that differ for colour-blind readers too. */
export const STYLE = `
:root{--ink:#1b1f24;--soft:#5b6570;--line:#dfe3e8;--paper:#fff;--wash:#f5f7f9;--own:#0b62c4;--global:#c25a08;--tie:#7a8490;--bad:#b3261e;--good:#1a7f52}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa5b1;--line:#30363d;--paper:#14181d;--wash:#1c2128;--own:#6cb0ff;--global:#ffa657;--tie:#8b949e;--bad:#ff8f86;--good:#5ed39a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:19px;margin:48px 0 4px}
h3{font-size:15px;margin:24px 0 8px}
p{margin:4px 0 12px;max-width:72ch}
.soft,figcaption,caption{color:var(--soft)}
.small{font-size:13px}
.eyebrow{color:var(--soft);font-size:13px;margin:0 0 8px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;margin:24px 0}
.card{background:var(--wash);border-radius:8px;padding:16px}
.card b{display:block;font-size:24px;line-height:1.2;font-weight:650}
.card span{color:var(--soft);font-size:13px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;margin:8px 0 16px}
caption{text-align:left;font-size:13px;padding-bottom:4px}
th{text-align:left;font-weight:600;color:var(--soft);font-size:13px;border-bottom:1px solid var(--line);padding:6px 12px 6px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:6px 12px 6px 0;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}
td.name{max-width:280px;overflow-wrap:anywhere}
tr.best td{font-weight:600}
.tag{display:inline-block;border:1px solid currentColor;border-radius:999px;padding:0 8px;font-size:12px;line-height:18px;white-space:nowrap}
.own{color:var(--own)}.global{color:var(--global)}.tie{color:var(--tie)}.bad{color:var(--bad)}.good{color:var(--good)}
figure{margin:16px 0}
figcaption{font-size:13px;margin-top:4px}
svg{display:block;max-width:100%;height:auto}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
svg .soft{fill:var(--soft)}
svg text.dark{fill:var(--paper)}
svg .axis{stroke:var(--line);stroke-width:1}
svg .zero{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}
svg .f-own{fill:var(--own)}svg .f-global{fill:var(--global)}svg .f-tie{fill:var(--tie)}svg .f-bar{fill:var(--own);opacity:.85}
svg .s-own{stroke:var(--own);fill:none;stroke-width:2}svg .s-global{stroke:var(--global);fill:none;stroke-width:2}svg .s-tie{stroke:var(--tie);fill:none;stroke-width:2}
.plots{display:flex;flex-wrap:wrap;gap:8px 32px}
details{border-top:1px solid var(--line);padding:8px 0}
details:last-of-type{border-bottom:1px solid var(--line)}
summary{cursor:pointer;font-weight:600;padding:4px 0}
summary span{font-weight:400;color:var(--soft)}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{background:var(--wash);border-radius:8px;padding:16px;overflow-x:auto;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
ul{padding-left:20px;margin:4px 0 12px}
@media (max-width:560px){main{padding:20px 16px 48px}h1{font-size:23px}}
@media print{main{max-width:none;padding:0}details{break-inside:avoid}h2{break-after:avoid}.card{border:1px solid var(--line)}}
`;
