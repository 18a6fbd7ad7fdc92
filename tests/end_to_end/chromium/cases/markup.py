"""Where markup stands and how it is written: media and objects, SVG, templates, bases, frames sets, odd parsing, and
what style sheets may name. Every row was asked of Chromium 156; a row is a line of markup."""

from __future__ import annotations

from collections.abc import Iterator

from tests.end_to_end.chromium.case import Case

ROWS: dict[str, tuple[str, ...]] = {
    "html media": (
        *(f"<video src=v.mp4 {more}></video>" for more in ("preload=none", "preload=none autoplay")),
        *(
            f"<audio src=v.mp3 {more}></audio>"
            for more in ("preload=none", "loading=lazy", "preload=none autoplay muted")
        ),
        "<video><source src=v.foo type=video/foo></video>",
        "<video><p><source src=v.mp4></p></video>",
        "<video><track src=t.vtt></video><track src=u.vtt default>",
        "<video><track src=t.vtt default><track src=u.vtt default></video>",
        "<video><track src=t.vtt default kind=metadata><track src=u.vtt default kind=descriptions></video>",
    ),
    "html object": (
        "<object data=o.png><img src=i.png></object>",
        "<object data=o.swf><embed src=e.png></object>",
        "<object data=o.png><embed src=e.png></object>",
        "<object data=o.png hidden></object><object data=p.png style=display:none></object>",
        "<object data=o.foo type=application/x-foo><object data=p.png></object></object>",
        "<object data=o.png classid='clsid:D27CDB6E'></object>",
        "<object><param name=src value=p.png></object><applet code=a.class></applet>",
        "<embed src=e.swf><embed src=e.foo type=application/x-foo><embed src=''><embed code=e.png>",
    ),
    "html link": (
        *(f"<link rel='{rel}' href=l>" for rel in ("manifest", "prerender", "expect", "next", "search", "import")),
        "<link rel='prefetch' href=l.js as=script>",
        "<link rel=preload href=l.css as=' style'>",
        "<link rel=stylesheet title=a href=a.css><link rel=stylesheet title=b href=b.css>",
    ),
    "html template": (
        "<div><template shadowrootmode=open><img src=i.png></template></div>",
        "<div><template shadowrootmode=closed><link rel=stylesheet href=s.css></template></div>",
        "<div><template shadowroot=open><img src=i.png></template></div>",
        "<div><template shadowrootmode=open><template><img src=i.png></template></template></div>",
        "<template><div><template shadowrootmode=open><img src=i.png></template></div></template>",
        "<template><script src=s.js></script><iframe src=f.html></iframe></template>",
        "<noscript><img src=i.png><link rel=stylesheet href=s.css></noscript>",
    ),
    "html base": (
        "<img src=i.png><base href=b/><img src=j.png>",
        "<base target=_top><base href=b/><base href=c/><img src=i.png>",
        "<base href='//'><base href=c/><img src=i.png>",
        "<base href='data:text/html,x'><img src=i.png>",
        "<body><p>x<base href=b/><img src=i.png>",
        "<template><base href=b/></template><img src=i.png>",
    ),
    "svg": (
        "<svg><use href='u.svg#x'/><use xlink:href='v.svg#x'/><use href='#x'/></svg>",
        "<svg><feImage href=i.png /><image xlink:href=j.png /><image src=k.png /></svg>",
        "<svg><script href=a.js nomodule /></svg>",
        "<svg><script href=b.js type=text/plain /></svg>",
        "<svg><rect fill='url(f.svg#x)' filter='url(g.svg#x)' mask='url(m.svg#x)' width=9 height=9 /></svg>",
        "<svg><a href=a.png><textPath href=p.svg#x /><pattern href=q.svg#x /></a></svg>",
        "<svg><desc><img src=j.png></desc></svg>",
        "<math><image href=i.png /><mi><img src=j.png></mi></math>",
    ),
    "html background": (
        "<body background=b.png>",
        "<table background=b.png><tr background=r.png><td background=d.png>x</table>",
        "<div background=b.png>x</div><p background=c.png>x",
    ),
    "html parsing": (
        "<select><option><img src=i.png></select><select><script src=s.js></script></select>",
        "<table><img src=i.png><tr><link rel=stylesheet href=s.css><td>x</table>",
        "<noembed><img src=i.png></noembed><noframes><img src=j.png></noframes><xmp><img src=k.png></xmp>",
        "<script><!--<script></script><img src=i.png>--></script><img src=j.png>",
        "<img src=a.png src=b.png><img src='a&amp;b.png'><img src='?a&copy=1'><img src='?a&copy;'><img src='?b&copy'>",
        "<img src='a\nb.png'><img src='\tc.png '><img src=d.png/><img src=e.png<p>",
        "<!--><img src=a.png><!---><img src=b.png><!-- --!><img src=c.png><!x><img src=d.png></3><img src=e.png>",
        "<plaintext><img src=i.png>",
        "<textarea><img src=i.png></textarea><title><img src=j.png></title>",
    ),
    "css picture": tuple(
        f"<style>{sheet}</style><p class=x>x"
        for sheet in (
            "p{color:url(a.png)}",
            "p{behavior:url(a.htc);src:url(b.png)}",
            "p{mask:url(a.png);shape-outside:url(b.png);float:left;cursor:url(c.png),auto}",
            "p{filter:url(a.svg#f);clip-path:url(b.svg#c)}",
            "p{--x:url(a.png);background:var(--x)}",
            "@supports (foo:bar){p{background:url(a.png)}}@supports (display:grid){p{background:url(b.png)}}",
            "@scope (b){p{background:url(a.png)}}@scope (body){p{background:url(b.png)}}",
            "@-moz-document url-prefix(){p{background:url(a.png)}}@layer x{p{background:url(b.png)}}",
            "p:is(.y){background:url(a.png)}p:where(.x){border-image:url(b.png)}",
            "p::selection{background:url(a.png)}head,title{background:url(b.png)}",
            "body{&>p{background:url(a.png)}b{background:url(b.png)}}",
        )
    ),
    "css font": tuple(
        f"<style>{sheet}</style><p class=x>x"
        for sheet in (
            "@font-face{font-family:F;src:url(f.woff2)}.y{font-family:F}",
            "@font-face{font-family:F;src:url(f.woff2)}@media print{p{font-family:F}}",
            "@font-face{font-family:F;src:url(f.woff2)}p{font-family:var(--font)}:root{--font:F,serif}",
            "@font-face{font-family:F;src:url(l.woff2);unicode-range:U+0-FF}"
            "@font-face{font-family:F;src:url(c.woff2);unicode-range:U+400-4FF}p{font-family:F}",
            "@media print{@font-face{font-family:F;src:url(f.woff2)}}p{font-family:F}",
            "@font-face{font-family:F;src:url(f.eot),url(g.woff2)}p{font-family:F}",
            "p{@font-face{font-family:F;src:url(f.woff2)}font-family:F}",
        )
    ),
}
WHOLE = (
    "<html><head></head><frameset><frame src=f.html><frame src=g.html></frameset>",
    "<html><p><b><frameset><frame src=f.html></frameset>",
    "<html><p>x<frameset><frame src=f.html></frameset>",
    "<html><frameset></frameset><frame src=f.html>",
)


def _cases() -> Iterator[Case]:
    for subject, rows in ROWS.items():
        for number, row in enumerate(rows):
            yield Case(f"markup-{subject.replace(' ', '-')}-{number}", (subject,), row)
    for number, row in enumerate(WHOLE):
        yield Case(f"markup-frameset-{number}", ("html frameset",), row)


CASES = tuple(_cases())
