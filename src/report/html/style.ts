/** One style sheet: system type, one scale of spacing (4 px) and type, colours that differ for colour-blind readers too. */
export const STYLE = `
:root{--ink:#1b1f24;--soft:#5b6570;--line:#dfe3e8;--paper:#fff;--wash:#f5f7f9;--own:#0b62c4;--global:#b35309;--tie:#6e7781;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa5b1;--line:#30363d;--paper:#14181d;--wash:#1c2128;--own:#6cb0ff;--global:#ffa657;--tie:#8b949e;--bad:#ff8f86}}
*{box-sizing:border-box}
html{scroll-padding-top:16px}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1240px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:19px;line-height:1.3;margin:56px 0 4px}
h3{font-size:13px;line-height:20px;font-weight:600;color:var(--soft);margin:0 0 4px}
p{margin:4px 0 12px;max-width:76ch}
a{color:inherit;text-decoration-color:var(--tie);text-underline-offset:3px}
a:hover{color:var(--own)}
.soft,figcaption{color:var(--soft)}
.small{font-size:13px}
.eyebrow{color:var(--soft);font-size:13px;margin:0 0 8px}
.lead{font-size:18px;line-height:1.4;margin:20px 0 16px;max-width:64ch}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(232px,1fr));gap:12px;margin:16px 0 8px}
.card{background:var(--wash);border-radius:8px;padding:16px}
.card>b{display:block;font-size:30px;line-height:36px;font-weight:650;margin-bottom:4px}
.card p{color:var(--soft);font-size:13px;margin:0}
dl{display:grid;grid-template-columns:auto 1fr;gap:4px 12px;margin:0 0 4px;align-items:baseline}
dt{font-weight:650;text-align:right}
dd{margin:0;font-size:13px;line-height:18px;color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin:24px 0 0;padding:12px 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line);font-size:13px}
nav+h2{margin-top:32px}
aside{border-left:3px solid var(--global);padding:4px 0 4px 16px;margin:16px 0}
aside ul{font-size:13px;margin-bottom:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;margin:8px 0 16px}
th{text-align:left;font-weight:600;color:var(--soft);font-size:13px;line-height:18px;border-bottom:1px solid var(--line);padding:4px 12px 4px 0;vertical-align:bottom}
th.group{text-align:center;border-bottom:1px solid var(--line)}
td{border-bottom:1px solid var(--line);padding:8px 12px 8px 0;vertical-align:top}
th:last-child,td:last-child{padding-right:0}
td .small{font-size:12px;line-height:16px}
td.n,th.n{text-align:right;white-space:nowrap}
td.name{max-width:240px;min-width:96px;overflow-wrap:anywhere}
tr.best td{font-weight:600}
tfoot td{border-bottom:0;background:var(--wash)}
tfoot td:first-child{padding-left:8px}
.tag{display:inline-block;border:1px solid currentColor;border-radius:999px;padding:0 8px;font-size:12px;line-height:18px;white-space:nowrap}
.own{color:var(--own)}.global{color:var(--global)}.tie{color:var(--tie)}.bad{color:var(--bad)}
.tracks td,.tracks th{padding-top:0;padding-bottom:0;vertical-align:middle}
.tracks td.name{width:22%}
.tracks td.n{width:1%;line-height:18px;padding-left:16px}
figure{margin:16px 0}
figcaption{font-size:13px;line-height:18px;margin-top:4px;max-width:44ch}
.plots figcaption{max-width:236px}
svg{display:block;max-width:100%;height:auto}
svg.track{overflow:visible}
.wide svg{max-width:none}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
svg .soft{fill:var(--soft)}
svg text.dark{fill:var(--paper)}
svg .axis{stroke:var(--line);stroke-width:1}
svg .zero{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}
svg .f-own,svg .f-bar{fill:var(--own)}svg .f-global{fill:var(--global)}svg .f-tie{fill:var(--tie)}
svg .s-own{stroke:var(--own);fill:none;stroke-width:2}svg .s-global{stroke:var(--global);fill:none;stroke-width:2}svg .s-tie{stroke:var(--tie);fill:none;stroke-width:2}
.plots{display:flex;flex-wrap:wrap;gap:8px 40px}
details{border-top:1px solid var(--line);padding:8px 0}
details:last-of-type{border-bottom:1px solid var(--line)}
summary{cursor:pointer;font-weight:600;padding:4px 0;overflow-wrap:anywhere}
summary span{font-weight:400;color:var(--soft)}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{background:var(--wash);border-radius:8px;padding:16px;overflow-x:auto;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
ul{padding-left:20px;margin:4px 0 12px}
@media (max-width:560px){main{padding:20px 16px 48px}h1{font-size:23px}h2{margin-top:40px}.lead{font-size:16px}.tracks td.name{width:30%;max-width:112px}.tracks td.n div{display:none}}
@media print{@page{margin:14mm}body{font-size:12px}main{max-width:none;padding:0}nav{display:none}.wide{overflow:visible}table{font-size:11px}h2{margin-top:28px;break-after:avoid}tr,figure,.card{break-inside:avoid}.card{border:1px solid var(--line)}details::details-content{content-visibility:visible;height:auto}pre{white-space:pre-wrap}}
`;
