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

const STYLE = `body{margin:0;background:#fff}section{display:none;height:100vh}section.on{display:block}
svg{width:100vw;height:100vh}aside{display:none;position:fixed;inset:auto 0 0;padding:12px 24px;background:#fff;border-top:1px solid #bbc6d1;font:20px/1.4 system-ui,sans-serif}
.notes section.on aside{display:block}.blank{background:#000}.blank section{visibility:hidden}
@media print{section{display:block;break-after:page}aside{display:block;position:static}}`;

const SCRIPT = `const s=[...document.querySelectorAll('section')];let at=Math.max(0,Math.min(s.length-1,Number(location.hash.slice(1))-1||0));
const show=n=>{at=Math.max(0,Math.min(s.length-1,n));s.forEach((x,i)=>x.classList.toggle('on',i===at));document.title=s[at].getAttribute('aria-label');document.getElementById('said').textContent=document.title};
const keys={' ':1,Enter:1,ArrowRight:1,ArrowDown:1,PageDown:1,ArrowLeft:-1,ArrowUp:-1,PageUp:-1,Backspace:-1,Home:-1e9,End:1e9};
addEventListener('keydown',e=>{if(e.key in keys){e.preventDefault();show(at+keys[e.key])}else if(e.key==='n')document.body.classList.toggle('notes');else if(e.key==='b'||e.key==='.')document.body.classList.toggle('blank')});
addEventListener('click',()=>show(at+1));show(at);`;

/** `style`: fonts for the pictures, as data. */
export function talkHtml(title: string, slides: readonly Slide[], style: string): string {
  const sections = slides.map(({ svg, headline, note }, i) => {
    const label = escape(`${i + 1} of ${slides.length}: ${headline}`);
    // make ids unique per picture, or all pictures would use the first one's patterns
    const mine = svg.replace(/(id="|url\(#)/g, `$1s${i}-`).replace(/<\?xml[^>]*>/, '');
    return `<section aria-label="${label}">${mine}<aside>${escape(note) || 'No notes for this step.'}</aside></section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>${style}${STYLE}</style></head><body><main><h1 style="position:absolute;clip-path:inset(50%)">${escape(title)}</h1>
${sections.join('\n')}</main><p id="said" role="status" style="position:absolute;clip-path:inset(50%)"></p>
<script>${SCRIPT}</script></body></html>
`;
}
