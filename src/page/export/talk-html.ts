/* Makes a talk as one file that opens anywhere: its pictures, a clicker's keys and notes, without any request. */
export interface Slide {
  readonly svg: string;
  readonly headline: string;
  readonly note: string;
}

const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** The file's content security policy: nothing is fetched, and the talk's text cannot run as a script. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:; img-src data:";

/** Colours around the pictures, as CSS values. */
export interface Paper {
  readonly ground: string;
  readonly ink: string;
  readonly line: string;
}

const styleOf = ({ ground, ink, line }: Paper): string =>
  `body{margin:0;background:${ground};color:${ink};font:20px/1.4 system-ui,sans-serif}section{display:none;height:100vh;flex-direction:column}section.on{display:flex}
svg{flex:1;min-height:0;width:100%}aside,#keys{display:none;flex:none;margin:0;padding:12px 24px;border-top:1px solid ${line};background:${ground}}
.notes section.on aside,.first #keys{display:block}#keys{position:fixed;inset:auto 0 0;font-size:15px;text-align:center}.notes #keys{display:none}
.blank{background:#000}.blank :is(section,#keys){visibility:hidden}#dot{display:none;position:fixed;width:22px;height:22px;margin:-11px;border-radius:50%;background:#f33;box-shadow:0 0 18px 6px #f338;pointer-events:none}.laser #dot{display:block}
@media print{section{display:flex;break-after:page}aside{display:block}.first #keys{display:none}}`;

const SCRIPT = `const s=[...document.querySelectorAll('section')],body=document.body.classList;let at=Math.max(0,Math.min(s.length-1,Number(location.hash.slice(1))-1||0));
const show=n=>{at=Math.max(0,Math.min(s.length-1,n));s.forEach((x,i)=>x.classList.toggle('on',i===at));document.title=s[at].getAttribute('aria-label');document.getElementById('said').textContent=document.title;try{history.replaceState(null,'','#'+(at+1))}catch{}};
const go=by=>{body.remove('first');if(body.contains('blank'))body.remove('blank');else show(at+by)};
const keys={' ':1,Enter:1,ArrowRight:1,ArrowDown:1,PageDown:1,ArrowLeft:-1,ArrowUp:-1,PageUp:-1,Backspace:-1,Home:-1e9,End:1e9},flags={n:'notes',b:'blank','.':'blank',l:'laser'};
addEventListener('keydown',e=>{if(e.ctrlKey||e.metaKey||e.altKey)return;const by=keys[e.key],flag=flags[e.key.toLowerCase()];if(by){e.preventDefault();go(by)}else if(flag)body.toggle(flag)});
addEventListener('pointermove',e=>{const d=document.getElementById('dot').style;d.left=e.clientX+'px';d.top=e.clientY+'px'});
addEventListener('click',e=>go(e.clientX<innerWidth/4?-1:1));show(at);`;

const KEYS = 'Space or a clicker: on · Backspace: back · B blank · L laser · N notes';

/** `style`: fonts for the pictures, as data. */
export function talkHtml(title: string, slides: readonly Slide[], paper: Paper, style: string): string {
  const sections = slides.map(({ svg, headline, note }, i) => {
    const label = escape(`${i + 1} of ${slides.length}: ${headline}`);
    // make ids unique per picture, or all pictures would use the first one's patterns
    const mine = svg.replace(/(id="|url\(#)/g, `$1s${i}-`).replace(/<\?xml[^>]*>/, '');
    return `<section aria-label="${label}">${mine}<aside>${escape(note) || 'No notes for this step.'}</aside></section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>${style}${styleOf(paper)}</style></head><body class="first"><main><h1 style="position:absolute;clip-path:inset(50%)">${escape(title)}</h1>
${sections.join('\n')}<p id="keys">${KEYS}</p></main><div id="dot"></div><p id="said" role="status" style="position:absolute;clip-path:inset(50%)"></p>
<script>${SCRIPT}</script></body></html>
`;
}
