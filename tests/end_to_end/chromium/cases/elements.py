"""Every element that makes a browser ask for something, crossed with the values of the attributes that decide on it."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.origin import Route
from tests.end_to_end.chromium.case import Case, file

POLICIES = ("", "no-referrer", "origin", "same-origin", "strict-origin", "unsafe-url", "nonsense")
PRIORITIES = ("high", "low", "auto", "nonsense")
CROSS = ("", "anonymous", "use-credentials", "nonsense")
OTHER = "https://other.test/"

# element -> its markup with a place for attributes -> attribute -> values. None: the attribute without a value.
FETCHING: dict[str, tuple[str, dict[str, tuple[str | None, ...]]]] = {
    "img": (
        "<img src={url}x.png {more}>",
        {
            "crossorigin": CROSS,
            "referrerpolicy": POLICIES,
            "fetchpriority": PRIORITIES,
            "loading": ("lazy", "eager", "LAZY", "nonsense", ""),
            "decoding": ("async", "sync"),
            "hidden": (None,),
            "ismap": (None,),
            "alt": ("",),
            "width": ("0",),
            "style": ("display:none",),
            "srcset": ("y.png", "y.png 2x", "y.png 100w", "", "y.png 1y"),
            "sizes": ("100vw", "auto"),
            "attributionsrc": (None,),
            "usemap": ("#m",),
            "longdesc": ("l.html",),
            "lowsrc": ("low.png",),
            "dynsrc": ("dyn.avi",),
        },
    ),
    "script": (
        "<script src={url}x.js {more}></script>",
        {
            "crossorigin": CROSS,
            "referrerpolicy": POLICIES,
            "fetchpriority": PRIORITIES,
            "async": (None,),
            "defer": (None,),
            "nomodule": (None,),
            "type": (
                "",
                "text/javascript",
                "TEXT/JavaScript",
                " text/javascript ",
                "application/javascript",
                "text/ecmascript",
                "text/jscript",
                "text/javascript; charset=x",
                "application/x-javascript",
                "text/livescript",
                "module",
                "MODULE",
                "text/babel",
                "text/template",
                "application/json",
                "application/ld+json",
                "importmap",
                "speculationrules",
                "text/vbscript",
                "x",
            ),
            "language": ("javascript", "JavaScript1.2", "vbscript", ""),
            "for": ("window",),
            "event": ("onload",),
            "charset": ("utf-8",),
            "integrity": ("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256-AAAA", "nonsense", ""),
            "blocking": ("render",),
            "nonce": ("x",),
        },
    ),
    "module": (
        "<script type=module src={url}x.mjs {more}></script>",
        {
            "crossorigin": CROSS,
            "referrerpolicy": POLICIES[1:3],
            "fetchpriority": PRIORITIES,
            "async": (None,),
            "defer": (None,),
            "nomodule": (None,),
        },
    ),
    "stylesheet": (
        "<link rel=stylesheet href={url}x.css {more}>",
        {
            "crossorigin": CROSS,
            "referrerpolicy": POLICIES,
            "fetchpriority": PRIORITIES,
            "media": (
                "",
                "all",
                "screen",
                "print",
                "(min-width:100px)",
                "(max-width:100px)",
                "not screen",
                "nonsense",
                "screen and",
            ),
            "type": ("", "text/css", "TEXT/CSS", "text/css; x=y", "text/less", "text/plain"),
            "disabled": (None,),
            "title": ("", "t"),
            "integrity": ("sha256-AAAA",),
            "blocking": ("render", ""),
            "sizes": ("16x16",),
            "as": ("style", "script"),
            "charset": ("x",),
        },
    ),
    "preload": (
        "<link rel=preload as=script href={url}x.js {more}>",
        {
            "crossorigin": CROSS,
            "referrerpolicy": POLICIES[1:],
            "fetchpriority": PRIORITIES,
            "media": ("screen", "print"),
            "type": ("text/javascript", "x/y"),
            "integrity": ("sha256-AAAA",),
            "nonce": ("x",),
            "disabled": (None,),
        },
    ),
    "preload-image": (
        "<link rel=preload as=image href={url}x.png {more}>",
        {
            "fetchpriority": PRIORITIES,
            "media": ("screen", "print"),
            "imagesrcset": ("y.png 1x, z.png 2x", "y.png 400w, z.png 2000w", ""),
            "imagesizes": ("50vw",),
        },
    ),
    "iframe": (
        "<iframe src={url}f.html {more}></iframe>",
        {
            "referrerpolicy": POLICIES[1:],
            "loading": ("lazy", "eager"),
            "sandbox": ("", "allow-scripts", "allow-same-origin"),
            "hidden": (None,),
            "srcdoc": ("<img src=in.png>", ""),
            "fetchpriority": PRIORITIES[:2],
            "credentialless": (None,),
            "name": ("n",),
            "width": ("0",),
        },
    ),
    "video": (
        "<video src={url}v.mp4 {more}></video>",
        {
            "preload": ("none", "metadata", "auto", ""),
            "poster": ("p.jpg", ""),
            "crossorigin": CROSS[:3],
            "autoplay": (None,),
            "controls": (None,),
            "muted": (None,),
            "loop": (None,),
            "loading": ("lazy",),
        },
    ),
    "audio": (
        "<audio src={url}a.mp3 {more}></audio>",
        {"preload": ("none", "metadata", "auto"), "crossorigin": CROSS[:2], "controls": (None,), "autoplay": (None,)},
    ),
    "input": (
        "<input type=image src={url}i.png {more}>",
        {"alt": ("x",), "hidden": (None,), "formaction": ("/f",), "disabled": (None,)},
    ),
    "embed": (
        "<embed src={url}e.svg {more}>",
        {
            "type": ("image/svg+xml", "image/png", "text/html", "application/pdf", "x/y"),
            "hidden": (None,),
            "width": ("0",),
        },
    ),
    "object": (
        "<object data={url}o.svg {more}></object>",
        {"type": ("image/svg+xml", "image/png", "text/html", "x/y"), "hidden": (None,), "classid": ("x",)},
    ),
    "svg-image": (
        "<svg width=9 height=9><image href={url}i.png {more} width=9 height=9 /></svg>",
        {"xlink:href": ("j.png",), "crossorigin": CROSS[:3], "fetchpriority": PRIORITIES[:2]},
    ),
    "svg-use": ("<svg width=9 height=9><use href={url}s.svg#i {more} /></svg>", {"xlink:href": ("t.svg#i",)}),
    "svg-script": (
        "<svg><script href={url}x.js {more} /></svg>",
        {"type": ("module", "text/javascript", "x"), "xlink:href": ("y.js",), "crossorigin": CROSS[:2]},
    ),
}

RELS = (
    "stylesheet",
    "STYLESHEET",
    "alternate stylesheet",
    "stylesheet alternate",
    "alternate",
    "preload",
    "prefetch",
    "dns-prefetch",
    "preconnect",
    "prerender",
    "icon",
    "shortcut icon",
    "SHORTCUT ICON",
    "apple-touch-icon",
    "apple-touch-icon-precomposed",
    "mask-icon",
    "fluid-icon",
    "manifest",
    "search",
    "author",
    "canonical",
    "next",
    "prev",
    "pingback",
    "amphtml",
    "import",
    "expect",
    "modulepreload",
    "stylesheet preload",
    "icon stylesheet",
    "nonsense",
    "",
    "privacy-policy",
    "subresource",
)

SINGLE = {
    "img-no-src": "<img><img src><img src=''><img src=' '><img src='?q'>",
    "prefetch-priority": "<link rel=prefetch fetchpriority=high href=a><link rel=prefetch fetchpriority=low href=b>",
    "modulepreload-types": "<link rel=modulepreload type=x/y href=a.js><link rel=modulepreload as=script type=x/y href=b.js><link rel=modulepreload as=style type=x/y href=c.css><link rel=modulepreload as=font href=d.js>",
    "img-fragment": "<img src='#x'>",
    "img-data": "<img src=data:image/gif;base64,R0lGODlhAQABAAAAACw=><img src=blob:x><img src=about:blank><img src=javascript:1>",
    "image-element": "<image src=a.png>",
    "picture-type": "<picture><source type=image/jxl srcset=a><source type=image/avif srcset=b><source type=image/jp2 srcset=c><img src=d></picture>",
    "input-other-types": "<input src=a.png><input type=text src=b.png><input type=IMAGE src=c.png><input type='image ' src=d.png>",
    "body-background": "<body background=a.png>",
    "table-background": "<table background=a.png><thead background=b.png><tr background=c.png><th background=d.png><tbody background=e.png><tr><td background=f.png>x</table>",
    "div-background-attribute": "<div background=a.png>x</div>",
    "video-sources": "<video><source src=a.ogv type=video/ogg><source src=b.mp4 type=video/mp4><source src=c.webm></video>",
    "video-source-media": "<video><source src=a.mp4 media=print><source src=b.mp4></video>",
    "video-unknown-type": "<video><source src=a.x type=video/unknown></video>",
    "video-in-video": "<video><video src=a.mp4></video></video>",
    "track": "<video src=v.mp4><track src=a.vtt default kind=captions><track src=b.vtt></video>",
    "track-alone": "<track src=a.vtt default>",
    "audio-sources": "<audio><source src=a.mp3 type=audio/mpeg><source src=b.ogg></audio>",
    "source-alone": "<source src=a.mp4><source srcset=b.png>",
    "object-fallback": "<object data=o.bin type=x/y><img src=f.png></object>",
    "object-classid": "<object data=o.svg classid><img src=1.png></object><object data=p.svg classid=x><object data=q.svg></object></object><object classid='java:x' data=r.svg></object><object classid=x data=s.png></object>",
    "img-fragment-and-others": "<img src='#x'>" + "".join(f"<img src={each}.png>" for each in "abcdef"),
    "object-no-data": "<object type=image/png><img src=f.png></object>",
    "object-param": "<object><param name=src value=p.png><param name=movie value=m.swf></object>",
    "applet": "<applet code=a.class archive=a.jar></applet>",
    "embed-no-src": "<embed type=image/png>",
    "frameset": "<html><frameset><frame src=a.html><frame src=b.html></frameset>",
    "frame-in-body": "<body><frame src=a.html>",
    "iframe-blank": "<iframe></iframe><iframe src=about:blank></iframe><iframe src=about:srcdoc></iframe><iframe src=javascript:1></iframe>",
    "iframe-data": "<iframe src='data:text/html,<img src=https://a.test/in-data.png>'></iframe>",
    "iframe-self": "<iframe src=/></iframe>",
    "iframe-nested": "<iframe src=/1.html></iframe>",
    "portal-fencedframe": "<portal src=a.html></portal><fencedframe src=b.html></fencedframe>",
    "noscript-head": "<noscript><link rel=stylesheet href=a.css></noscript><link rel=stylesheet href=b.css>",
    "noscript-body": "<p>x<noscript><img src=a.png></noscript>",
    "template": "<template><img src=a.png><link rel=stylesheet href=b.css><script src=c.js></script></template>",
    "template-shadow-open": "<div><template shadowrootmode=open><img src=a.png><link rel=stylesheet href=b.css></template></div>",
    "template-shadow-closed": "<div><template shadowrootmode=closed><img src=a.png></template></div>",
    "template-shadow-bad": "<div><template shadowrootmode=x><img src=a.png></template></div>",
    "template-shadow-second": "<div><template shadowrootmode=open><img src=a.png></template><template shadowrootmode=open><img src=b.png></template></div>",
    "template-shadow-on-a": "<a><template shadowrootmode=open><img src=a.png></template></a>",
    "base": "<img src=a.png><base href=/b/><img src=c.png>",
    "base-in-head": "<head><base href=/b/><link rel=stylesheet href=a.css></head><img src=c.png>",
    "base-twice": "<base href=/b/><base href=/c/><img src=a.png>",
    "base-other-origin": "<base href=https://other.test/d/><img src=a.png>",
    "base-target-only": "<base target=_blank><base href=/b/><img src=a.png>",
    "base-in-body": "<body><p>x</p><base href=/b/><img src=a.png>",
    "base-data": "<base href=data:,x><img src=a.png>",
    "base-after-csp": "<meta http-equiv=content-security-policy content=\"base-uri 'none'\"><base href=/b/><img src=a.png>",
    "meta-csp-img": "<meta http-equiv=content-security-policy content=\"img-src 'none'\"><img src=a.png><script src=a.js></script>",
    "meta-csp-late": "<img src=a.png><meta http-equiv=content-security-policy content=\"img-src 'none'\"><img src=b.png>",
    "meta-csp-body": "<body><meta http-equiv=content-security-policy content=\"img-src 'none'\"><img src=b.png>",
    "meta-csp-report": "<meta http-equiv=content-security-policy-report-only content=\"img-src 'none'\"><img src=b.png>",
    **{
        f"meta-referrer-{value or 'empty'}": f"<meta name=referrer content='{value}'><img src=a.png><img src={OTHER}b.png>"
        for value in (
            "no-referrer",
            "origin",
            "never",
            "always",
            "default",
            "unsafe-url",
            "same-origin",
            "",
            "nonsense",
            "ORIGIN",
        )
    },
    "meta-referrer-late": f"<img src={OTHER}a.png><meta name=referrer content=no-referrer><img src={OTHER}b.png>",
    "meta-referrer-twice": f"<meta name=referrer content=origin><meta name=referrer content=no-referrer><img src={OTHER}b.png>",
    "meta-viewport": "<meta name=viewport content='width=300'><img sizes=100vw srcset='a.png 300w, b.png 1400w'>",
    "meta-refresh": "<meta http-equiv=refresh content='0;url=/next'><img src=a.png>",
    "meta-refresh-self": "<meta http-equiv=refresh content='60'><img src=a.png>",
    "meta-refresh-later": "<meta http-equiv=refresh content='600;url=/next'><img src=a.png>",
    "meta-charset-late": "<p>\u00e9<meta charset=iso-8859-1><img src=\u00e9.png>",
    "meta-color-scheme": "<meta name=color-scheme content=dark><link rel=stylesheet media='(prefers-color-scheme: dark)' href=a.css>",
    "meta-image": "<meta property=og:image content=a.png><meta itemprop=image content=b.png><meta name=msapplication-TileImage content=c.png>",
    "html-manifest": "<!doctype html><html manifest=a.appcache><img src=a.png>",
    "a-ping": "<a href=x ping=/ping>x</a><area href=y ping=/p2>",
    "form": "<form action=/f><button formaction=/g>x</button></form>",
    "q-cite": "<q cite=a>x</q><blockquote cite=b>x</blockquote><ins cite=c>x</ins><del cite=d>x</del>",
    "bgsound": "<bgsound src=a.mid>",
    "command-menuitem": "<menuitem icon=a.png><command icon=b.png>",
    "isindex": "<isindex action=a>",
    "math": "<math><mi href=a>x</mi><mglyph src=b.png></mglyph><annotation-xml encoding=text/html><img src=c.png></annotation-xml></math>",
    "svg-feimage": "<svg width=9 height=9><filter id=f><feImage href=a.png /></filter><rect width=9 height=9 filter=url(#f) /></svg>",
    "svg-feimage-unused": "<svg><filter id=f><feImage href=a.png /></filter></svg>",
    "svg-style": "<svg><style>rect{fill:red;background:url(a.png)}</style><rect width=9 height=9 /></svg>",
    "svg-style-import": "<svg><style>@import 'a.css';</style></svg>",
    "svg-fill-external": "<svg width=9 height=9><rect width=9 height=9 fill=url(a.svg#g) /></svg>",
    "svg-mask-attribute": "<svg width=9 height=9><rect width=9 height=9 mask=url(a.svg#m) filter=url(b.svg#f) clip-path=url(c.svg#c) /></svg>",
    "svg-a": "<svg><a href=x><text>x</text></a></svg>",
    "svg-script-in-html": "<svg><script>var x='<img src=a.png>'</script></svg>",
    "svg-foreign": "<svg><foreignObject><img src=a.png><link rel=stylesheet href=a.css></foreignObject></svg>",
    "svg-img-breakout": "<svg><img src=a.png></svg>",
    "svg-title": "<svg><title><img src=a.png></title><desc><img src=b.png></desc></svg>",
    "style-type": "<style type=text/less>p{background:url(a.png)}</style><style type=text/css>p{background:url(b.png)}</style><style type=''>p{border-image:url(c.png)}</style><p>x",
    "style-media": "<style media=print>@import 'a.css';</style><style media=screen>@import 'b.css';</style>",
    "style-attribute": "<p style='background:url(a.png)'>x<p style=\"list-style:url('b.png');display:list-item\">x<p style='content:url(c.png)'>x",
    "style-attribute-hidden": "<p hidden style='background:url(a.png)'>x",
    "style-in-body": "<p>x<style>p{background:url(a.png)}</style>",
    "style-unclosed": "<p>x<style>p{background:url(a.png)}",
    "style-in-noscript": "<noscript><style>p{background:url(a.png)}</style></noscript><p>x",
    "textarea": "<textarea><img src=a.png></textarea><title><img src=b.png></title>",
    "raw-text": "<xmp><img src=a.png></xmp><iframe><img src=b.png></iframe><noembed><img src=c.png></noembed><noframes><img src=d.png></noframes>",
    "plaintext": "<img src=a.png><plaintext><img src=b.png>",
    "comment": "<!-- <img src=a.png> --><!--><img src=b.png><!-- x --!><img src=c.png><!-><img src=d.png>",
    "cdata": "<![CDATA[<img src=a.png>]]><svg><![CDATA[<img src=b.png>]]></svg>",
    "processing": "<?xml version=1><?php <img src=a.png> ?><img src=b.png>",
    "nul-in-name": "<im\0g src=a.png><img sr\0c=b.png><img src=c\0.png>",
    "cr": "<img\rsrc=a.png><img src='b\r\n.png'><img src=c\t.png>",
    "unclosed-tag": "<img src=a.png><img src=b.png",
    "unclosed-quote": "<img src=a.png><img src='b.png>",
    "duplicate": "<img src=a.png src=b.png><script src=c.js src=d.js></script>",
    "entities": "<img src='a&amp;b.png'><img src=c&ampd.png><img src='?x=1&copy=2'><img src='?x=1&copy;=2'><img src=&#x65;.png><img src=&#102;.png><img src='g&lt.png'>",
    "slashes": "<img/src=a.png/><img src=b.png/><img src = c.png><img src\n=\n'd.png'>",
    "upper": "<IMG SRC=a.png><SCRIPT SRC=b.js></SCRIPT><LiNk ReL=stylesheet HrEf=c.css>",
    "quotes-in-name": '<img"src=a.png><img \'x\' src=b.png><img =x src=c.png><img src="d.png"alt>',
    "equals": "<img src==a.png><img src=b.png=>",
    "spaces-in-url": "<img src=' a.png '><img src='b c.png'><img src='d\n.png'>",
    "backslash": "<img src='\\a\\b.png'>",
    "backslash-host": "<img src='\\\\b.a.test\\c.png'><img src='https:\\\\b.a.test\\d.png'>",
    "user-in-url": "<img src=https://user:pass@a.test/x.png><img src=//user@a.test/y.png><iframe src=https://user:pass@a.test/f.html></iframe>",
    "unicode": "<img src='\u00fc.png'><img src='?\u00fc'><img src='%FC.png'><img src='\U0001f600.png'>",
    "protocol-relative": "<img src=//b.a.test/x.png><script src=//other.test/x.js></script>",
    "dots": "<img src=./a.png><img src=../b.png><img src=x/../c.png><img src=%2e%2e/d.png>",
    "end-tags": "</img src=a.png></script src=b.js></link><br></p><img src=c.png>",
    "select": "<select><img src=a.png><option><img src=b.png></select>",
    "table-foster": "<table><img src=a.png><tr><img src=b.png><td><img src=c.png></table>",
    "head-after-body": "<body><p>x</body></html><img src=a.png><link rel=stylesheet href=b.css>",
    "script-states": '<script>// <!-- <script> </script> --></script><img src=a.png><script>"<!--<script>"</script><img src=b.png>--></script><img src=c.png>',
    "script-module-inline": "<script type=module>import './a.mjs'; import b from './b.mjs'</script>",
    "script-no-src": "<script src></script><script src=''></script><script src=' '></script>",
    "script-order": "<script src=a.js></script><script src=b.js defer></script><script src=c.js async></script><script type=module src=d.mjs></script>",
    "modules-tree": "<script type=module src=tree.mjs></script>",
    "importmap": '<script type=importmap>{"imports":{"x":"./mapped.mjs"}}</script><script type=module>import \'x\'</script>',
    "nomodule-pair": "<script type=module src=a.mjs></script><script nomodule src=b.js></script>",
    "icon-and-image": "<link rel=icon href=a.png><img src=a.png>",
    "icons-three": "<link rel=icon href=a.png sizes=16x16><link rel=icon href=b.svg type=image/svg+xml><link rel=icon href=c.png sizes=192x192>",
    "manifest-icon": "<link rel=manifest href=m.webmanifest><link rel=icon href=a.png>",
    "manifest-credentials": "<link rel=manifest href=m.webmanifest crossorigin=use-credentials>",
    "link-in-body": "<p>x<link rel=stylesheet href=a.css><p>y<link rel=preload as=image href=b.png>",
    "link-no-href": "<link rel=stylesheet><link rel=stylesheet href><link rel=stylesheet href=''><link rel=icon href=''>",
    "link-two-same": "<link rel=stylesheet href=a.css><link rel=stylesheet href=a.css>",
    "alternate-titles": "<link rel=stylesheet href=a.css title=one><link rel=stylesheet href=b.css title=two><link rel='alternate stylesheet' href=c.css title=three>",
    "default-style": "<meta http-equiv=default-style content=two><link rel=stylesheet href=a.css title=one><link rel=stylesheet href=b.css title=two>",
    "prefetch": "<link rel=prefetch href=a.js><link rel=prefetch href=b.css as=style><link rel=prefetch href=c.html as=document><link rel=prefetch href=https://other.test/d.js>",
    "speculation-rules": '<script type=speculationrules>{"prefetch":[{"source":"list","urls":["/next"],"eagerness":"immediate"}]}</script><img src=slow.png>',
    "lazy-below": "<div style='height:9000px'></div><img loading=lazy src=far.png><iframe loading=lazy src=far.html></iframe>",
    "lazy-near": "<div style='height:1500px'></div><img loading=lazy src=near.png>",
    "many-images": "".join(f"<img src={number}.png>" for number in range(30)),
}

FILES: dict[str, dict[str, str]] = {
    "iframe-nested": {
        "1.html": "<!doctype html><iframe src=/2.html></iframe><img src=1.png>",
        "2.html": "<!doctype html><img src=2.png>",
    },
    "modules-tree": {
        "tree.mjs": "import './left.mjs'; import './right.mjs'",
        "left.mjs": "import './leaf.mjs'",
        "right.mjs": "import './leaf.mjs'",
    },
    "manifest-icon": {"m.webmanifest": '{"icons":[{"src":"m.png","sizes":"192x192"}]}'},
    "style-media": {"a.css": "p{}", "b.css": "p{}"},
}

LAYOUT = "nothing is laid out: a lazy image or frame far below is asked for"
RAISED = "what stands in frames is raised by layout now and then"
SPECULATION = "speculation rules are for a page to come: Chromium prefetches what they say at once, here nothing is"
KEPT = {
    "speculation-rules": SPECULATION,
    "lazy-below": LAYOUT,
}
WHY = "Chromium's preload scanner takes the text of these for no markup, so that its parser asks, without a boost"
WAITED = "a script whose connection opens slowly is raised meanwhile, once the parser waits for it"
UNSCORED = {"svg-script-in-html": WHY, "svg-title": WHY, "protocol-relative": WAITED}


def _crossed() -> Iterator[Case]:
    for element, (markup, attributes) in FETCHING.items():
        yield Case(f"el-{element}", (f"html {element}",), markup.format(url="", more=""))
        yield Case(f"el-{element}-elsewhere", (f"html {element}",), markup.format(url=OTHER, more=""))
        for attribute, values in attributes.items():
            # Values that ask for different dress or different things: one page each, for both origins where that counts.
            far = attribute in ("crossorigin", "referrerpolicy")
            for number, value in enumerate(values):
                more = attribute if value is None else f'{attribute}="{value}"'
                name = f"el-{element}-{attribute.replace(':', '-')}-{number}"
                kept = KEPT.get(name.removeprefix("el-"), "")
                html = markup.format(url=OTHER if far else "", more=more)
                yield Case(name, (f"html {element} {attribute}",), html, kept=kept)


# What a preload's type may be, for every destination it may have.
PRELOAD_TYPES = {
    "image": "image/png image/webp image/avif image/jp2 image/jxl image/svg+xml image/x-png image/x text/html nonsense",
    "style": "text/css TEXT/CSS text/less",
    "script": "text/javascript application/javascript module text/vbscript application/json",
    "font": "font/woff2 font/woff font/ttf font/otf font/sfnt font/collection font/eot application/font-woff image/png",
    "fetch": "application/json foo/bar",
    "track": "text/vtt text/srt",
}


def _preload_types() -> Iterator[Case]:
    for destination, types in PRELOAD_TYPES.items():
        first = types.split()[0]
        written = [*types.split(), f"{first};charset=x", f"{first} ", ""]
        html = "".join(
            f"<link rel=preload as={destination} crossorigin type='{each}' href=/{number}>"
            for number, each in enumerate(written)
        )
        yield Case(f"el-preload-types-{destination}", ("html preload type",), html)


SLOW = {"slow.png": file(b"", "image/png", delay_ms=1500)}  # a dictionary waits until the page is idle
CREDENTIALLESS = {
    "own": "<iframe credentialless src=f.html></iframe><iframe src=g.html></iframe>",
    "other": f"<iframe credentialless src={OTHER}f.html></iframe>",
    "two": "<iframe credentialless src=f.html></iframe><iframe credentialless src=g.html></iframe>",
}
SETS = (("set-cookie", "page=1; SameSite=None; Secure"),)


def _framed(name: str, delay_ms: float) -> Route:
    own = (("set-cookie", f"{name}=1; SameSite=None; Secure"),)
    markup = "<img src=i.png><img src=https://a.test/j.png><iframe src=k.html></iframe>"
    return file(markup, "text/html", fields=own, delay_ms=delay_ms)


CREDENTIALLESS_FILES = {
    # The second comes when all of the first has been asked for, for they share their cookies. Nothing may be stored:
    # Chromium keeps pictures in the memory of a renderer, which knows no partitions.
    "f.html": _framed("f", 150),
    f"{OTHER}f.html": _framed("f", 150),
    "g.html": _framed("g", 700),
    **{name: file(b"", "image/png", cache="no-store") for name in ("i.png", "j.png")},
}
CASES = [
    *(
        Case(f"el-compression-dictionary-{name}", ("html link rel",), f"{html}<img src=slow.png>", files=SLOW)
        for name, html in {
            "own": "<link rel=compression-dictionary href=x>",
            "two": "<link rel=compression-dictionary href=x><link rel=compression-dictionary href=y>",
        }.items()
    ),
    *(
        Case(
            f"el-credentialless-{name}",
            ("html iframe credentialless",),
            html,
            fields=SETS,
            files=CREDENTIALLESS_FILES,
            unscored=("priority",),
            unscored_why=RAISED,
        )
        for name, html in CREDENTIALLESS.items()
    ),
    *_crossed(),
    *_preload_types(),
    *(Case(f"el-rel-{number}", ("html link rel",), f'<link rel="{rel}" href=x>') for number, rel in enumerate(RELS)),
    *(
        Case(
            f"el-{name}",
            (f"html {name}",),
            html,
            files=SLOW if name == "speculation-rules" else FILES.get(name, {}),
            kept=KEPT.get(name, ""),
            unscored=("priority",) if name in UNSCORED else (),
            unscored_why=UNSCORED.get(name, ""),
        )
        for name, html in SINGLE.items()
    ),
]
