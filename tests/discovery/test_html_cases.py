"""What the HTML scanner hears in one line of markup: a row is bytes and the "kind url" of each candidate, joined by
", ". Every row is read whole, cut in two at every byte, and byte by byte."""

from __future__ import annotations

import base64
import hashlib

import pytest

from fetcher.discovery.candidates import CandidateKind
from fetcher.discovery.html import HtmlScanner
from tests.support.scans import scan_in_every_cut, told

ELEMENTS = [
    ("<link rel=stylesheet href=a.css>", "stylesheet a.css"),
    ("<LINK REL=StyleSheet HREF=A.css>", "stylesheet A.css"),
    ("<link href=a.css rel=stylesheet>", "stylesheet a.css"),
    ("<link rel=stylesheet>", ""),
    ("<link rel=stylesheet href>", ""),
    ("<link rel=stylesheet href=''>", ""),
    ("<link rel=stylesheet href=' \n'>", ""),
    ("<link href=a.css>", ""),
    ("<link rel='' href=a.css>", ""),
    ("<link rel=stylesheets href=a.css>", ""),
    ("<link rel='alternate stylesheet' href=a.css>", "stylesheet a.css"),
    ("<link rel='stylesheet ALTERNATE' href=a.css>", "stylesheet a.css"),
    ("<link rel='alternate stylesheet' disabled href=a.css>", ""),
    ("<link rel=stylesheet disabled href=a.css>", ""),
    ("<link rel=stylesheet media=print href=a.css>", "stylesheet a.css"),
    ("<link rel='\tstylesheet\n' href=a.css>", "stylesheet a.css"),
    ("<link rel=stylesheet\xa0 href=a.css>", ""),
    ("<link rel=preload as=font href=a.woff2>", "preload a.woff2"),
    ("<link rel=preload as=image imagesrcset='a 1x, b 2x'>", "preload"),
    ("<link rel=preload as=image>", ""),
    ("<link rel=modulepreload href=m.mjs>", "modulepreload m.mjs"),
    ("<link rel=preconnect href=//cdn.test>", "preconnect //cdn.test"),
    ("<link rel=dns-prefetch href=//cdn.test>", "dns-prefetch //cdn.test"),
    ("<link rel='preconnect dns-prefetch' href=//c>", "preconnect //c, dns-prefetch //c"),
    ("<link rel='preload preload PRELOAD' href=a>", "preload a"),
    ("<link rel='stylesheet preload' href=a>", "preload a, stylesheet a"),
    ("<link rel='alternate stylesheet preload' href=a>", "preload a, stylesheet a"),
    ("<link rel=icon href=i.png>", "icon i.png"),
    ("<link rel='shortcut icon' href=i.ico>", "icon i.ico"),
    ("<link rel=apple-touch-icon href=i.png>", ""),
    ("<link rel=mask-icon href=i.svg>", ""),
    ("<link rel=canonical href=/>", ""),
    ("<link rel=manifest href=m.json>", "manifest m.json"),
    ("<link rel=prefetch href=p>", "prefetch p"),
    ("<link rel=compression-dictionary href=p>", "prefetch p"),
    ("<link rel='prerender next search help expect' href=p>", ""),
    ("<script src=a.js></script>", "script a.js"),
    ("<script src='  a.js  '></script>", "script a.js"),
    ("<script src=''></script>", ""),
    ("<script></script>", ""),
    ("<script type='' src=a.js></script>", "script a.js"),
    ("<script type=text/javascript src=a.js></script>", "script a.js"),
    ("<script type=' Text/JavaScript ' src=a.js></script>", "script a.js"),
    ("<script type=application/x-ecmascript src=a.js></script>", "script a.js"),
    ("<script type=text/javascript1.5 src=a.js></script>", "script a.js"),
    ("<script type=text/javascript1.6 src=a.js></script>", ""),
    ("<script type='text/javascript; charset=utf-8' src=a.js></script>", ""),
    ("<script type=' ' src=a.js></script>", ""),
    ("<script type=module src=a.mjs></script>", "module-script a.mjs"),
    ("<script type=MODULE src=a.mjs></script>", "module-script a.mjs"),
    ("<script type=importmap src=a.json></script>", ""),
    ("<script type=application/ld+json src=a.json></script>", ""),
    ("<script type=speculationrules src=a></script>", ""),
    ("<script type=text/template src=a></script>", ""),
    ("<script language=javascript src=a.js></script>", "script a.js"),
    ("<script language=vbscript src=a.vbs></script>", ""),
    ("<script language='' src=a.js></script>", "script a.js"),
    ("<script language=vbscript type=module src=a></script>", "module-script a"),
    ("<script nomodule src=a.js></script>", "script a.js"),
    ("<script async defer src=a.js></script>", "script a.js"),
    ("<script href=a.js></script>", ""),
    ("<img src=a.png>", "image a.png"),
    ("<img src=a.png srcset='b 1x'>", "image a.png"),
    ("<img srcset='b 1x'>", "image"),
    ("<img srcset=' '>", ""),
    ("<img src=''>", ""),
    ("<img>", ""),
    ("<image src=a.png>", "image a.png"),
    ("<image href=a.png>", ""),
    ("<input type=image src=a.png>", "image a.png"),
    ("<input type=IMAGE src=a.png>", "image a.png"),
    ("<input src=a.png>", ""),
    ("<input type=text src=a.png>", ""),
    ("<input type=image>", ""),
    ("<video poster=p.jpg src=v.mp4></video>", "image p.jpg, media v.mp4"),
    ("<video src=v.mp4></video>", "media v.mp4"),
    ("<video src=''><source src=no></video>", ""),
    ("<video src=v><source src=no><track src=t></video>", "media v, track t"),
    ("<video><source src=a><source src=b><source></video>", "media a, media b"),
    ("<video><p><source src=no></p><source src=a></video><source src=no>", "media a"),
    ("<video><div><track src=no></div></video><track src=no>", ""),
    ("<p><video><source src=a></p><source src=b></video>", "media a, media b"),
    ("<div><video><source src=a></div><source src=no>", "media a"),
    ("<video><img><source src=a><audio><source src=b></audio></video>", "media a, media b"),
    ("<video><svg/><source src=a></video>", "media a"),
    ("<audio src=a.mp3>", "media a.mp3"),
    ("<picture><source src=no srcset=s><img src=a></picture>", "image a"),
    ("<object data=o></object>", "embedded o"),
    (
        "<object data=o><object data=p><embed src=q></object></object><embed src=r>",
        "embedded o, embedded p, embedded q, embedded r",
    ),
    ("<object></object><embed><object data=' '>", ""),
    ("<applet code=no><param name=src value=no><portal src=no><fencedframe src=no>", ""),
    (
        "<body background=b><table background=c><tr background=d><td background=e>",
        ", ".join(f"css-image {url}" for url in "bcde"),
    ),
    ("<p background=no><td background=''>", ""),
    (
        "<meta http-equiv=Content-Security-Policy content=x><meta name=Referrer content=no-referrer>",
        "content-security-policy, meta",
    ),
    ("<meta name=viewport content=x><meta http-equiv=default-style content=x><meta name=author>", "meta, meta"),
    ("<script type=' module' src=no></script>", ""),
    ("<audio poster=p.jpg></audio>", ""),
    ("<base href=/x/><img src=a>", "base /x/, image a"),
    ("<base target=_top><base href=/x/><base href=/y/>", "base /x/, base /y/"),
    ("<base href=''>", "base"),
    ("<template><base href=/no/></template><base href=/x/>", "base /x/"),
    ("<iframe src=f.html></iframe>", "frame f.html"),
    ("<iframe src=' f.html ' loading=lazy>", "frame f.html"),
    ("<iframe></iframe><iframe src=''></iframe>", ""),
    ("<iframe srcdoc='<img src=no>' src=f.html><img src=no></iframe>", "frame f.html"),
    ("<iframe srcdoc></iframe>", "frame"),
    ("<svg><iframe src=no>", ""),
    ("<template><iframe src=no></iframe></template>", ""),
    ("<head><frameset><frame src=f><frame src=g></frameset>", "frame f, frame g"),
    ("<p><frame src=no>", ""),
    ("<p><b><frameset><frame src=f></frameset>", "frame f"),
    (
        "<input type=hidden><frameset><frameset><frame src=f></frameset><frame src=g></frameset><frame src=no>",
        "frame f, frame g",
    ),
    ("<p>x<frameset><frame src=no>", ""),
    ("<img><frameset><frame src=no>", ""),
    ("<template><img><frameset><frame src=no></template><frameset><frame src=f>", "frame f"),
    ("<body><frameset><frame src=no></frameset>", ""),
    ("<meta http-equiv=refresh content='0;url=next'>", "refresh next"),
    ("<meta http-equiv=REFRESH content='9; next'>", "refresh next"),
    ("<meta http-equiv=refresh content=5>", "refresh"),
    ("<meta http-equiv=refresh content='x;url=no'><meta name=refresh content='0;url=no'>", ""),
    ("<p><meta http-equiv=refresh content='0;url=next'>", "refresh next"),
    ("<noscript><meta http-equiv=refresh content='0;url=no'></noscript>", ""),
    (f"<img src='data:,{'a' * 58}'>", f"image data:,{'a' * 58}"),
    (f"<img src='DATA:,{'a' * 59}'>", f"image DATA:,{'a' * 58}... (65 characters)"),
    ("<img src=blob:https://a.test/1>", "image blob:https://a.test/1"),
    ("<imgs src=a><im src=b><img-x src=c><linker rel=icon href=d>", ""),
    ("<style>@import 'i.css';</style>", "css-import i.css"),
    ("<style>a{background:url(b.png)}</style>", "css-image b.png"),
    ("<style media=print>a{background:url(b.png)}</style>", "css-image b.png"),
    ("<style type=text/css>a{b:url(c)}</style>", "css-image c"),
    ("<style type=TEXT/CSS>a{b:url(c)}</style>", "css-image c"),
    ("<style type=''>a{b:url(c)}</style>", "css-image c"),
    ("<style type=text/less>a{b:url(c)}</style>", ""),
    ("<style>@font-face{font-family:F;src:url(f)}p{font:1em F}</style>", "css-font f, font-use f"),
    ("<p style='font-family:X'><p style='font-family:x'>", "font-use x"),
    ("<style>p{font-family:X}</style><p style='font-family:x'>", "font-use x, font-use x"),
    ("<p style=background:url(a)>", "css-image a"),
    ("<p style=\"background:url('a')\">", "css-image a"),
    ("<p style='background:url(&quot;a&quot;)'>", "css-image a"),
    ("<p style='b:u&#114;l(a)'>", "css-image a"),
    ("<p STYLE='b:URL(a)'>", "css-image a"),
    ("<p style='b:\\75rl(a)'>", "css-image a"),
    ("<p style='b:image-set(\"a\" 1x)'>", "css-image a"),
    ("<p style='color:red' style='b:url(a)'>", ""),
    ("<p style='font-size:1px;float:left;font-weight:400'>", ""),
    ("<p style='font/**/:1px Q'>", "font-use q"),
    ("<p style='background:url(a'>", "css-image a"),
    ("<p style='@import \"a\"'>", ""),
    ("<img src=a style='b:url(c)'>", "image a, css-image c"),
    ("<p a=1 style = 'b:url(c)'>", "css-image c"),
    ("<p/style='b:url(c)'>", "css-image c"),
    ("<p a='x'style='b:url(c)'>", "css-image c"),
    ("</p style='b:url(c)'>", ""),
]

TOKENS = [
    # comments
    ("<!-- <img src=no> --><img src=a>", "image a"),
    ("<!--><img src=a>", "image a"),
    ("<!---><img src=a>", "image a"),
    ("<!----><img src=a>", "image a"),
    ("<!-----><img src=a>", "image a"),
    ("<!-- --!><img src=a>", "image a"),
    ("<!--!><img src=no>--><img src=a>", "image a"),
    ("<!--!--><img src=a>", "image a"),
    ("<!---!><img src=no>--><img src=a>", "image a"),
    ("<!----!><img src=a>", "image a"),
    ("<!-- a <!-- b --><img src=a>", "image a"),
    ("<!-- a <!--><img src=a>", "image a"),
    ("<!-- -- > <img src=no> -><img src=no>--><img src=a>", "image a"),
    ("<!-- --!-- ><img src=no>--><img src=a>", "image a"),
    ("<!-- --!--><img src=a>", "image a"),
    ("<!-- <img src=no>", ""),
    ("<!-", ""),
    ("<!- -><img src=a>", "image a"),
    ("<!><img src=a>", "image a"),
    ("<!x <img src=no><img src=a>", "image a"),
    ("<!doctype html><img src=a>", "image a"),
    ('<!DOCTYPE html PUBLIC "x>y"><img src=a>', "image a"),
    ("<?xml version='1.0'?><img src=a>", "image a"),
    ("<?><img src=a>", "image a"),
    ("<?php echo '<img src=no>' ?><img src=a>", "image a"),
    ("</3 <img src=no><img src=a>", "image a"),
    ("</><img src=a>", "image a"),
    ("</ img><img src=a>", "image a"),
    ("<![CDATA[ <img src=no> ]]><img src=a>", "image a"),
    ("<![CDATA[ > <img src=a> ]]>", "image a"),
    ("<![cdata[ x ]]><img src=a>", "image a"),
    # text that is not markup
    ("<<img src=a>", "image a"),
    ("< img src=no><img src=a>", "image a"),
    ("<3 <img src=a>", "image a"),
    ("a<b<img src=no>", ""),
    ("1 < 2 && 3 > 2 <img src=a>", "image a"),
    ("<\0img src=no><img src=a>", "image a"),
    ("&lt;img src=no><img src=a>", "image a"),
    # tag names and ends
    ("<IMG SRC=a>", "image a"),
    ("<img\tsrc=a>", "image a"),
    ("<img\nsrc=a>", "image a"),
    ("<img\rsrc=a>", "image a"),
    ("<img\r\nsrc=a>", "image a"),
    ("<img\x0csrc=a>", "image a"),
    ("<img\x0bsrc=no>", ""),
    ("<img/src=a>", "image a"),
    ("<img / / src=a>", "image a"),
    ("<img src=a />", "image a"),
    ("<img src=a/>", "image a/"),
    ("<img src='a'/>", "image a"),
    ("<img src=a", ""),
    ("<img src='a'", ""),
    ("<img src='a>", ""),
    ("<img src=a <img src=no>", "image a"),
    ("<div <img src=no><img src=a>", "image a"),
    ("</img src=no>", ""),
    ("</p a='>'><img src=a>", "image a"),
    ("<a title='<img src=no>'><img src=a>", "image a"),
    ('<a title="x > <img src=no>"><img src=a>', "image a"),
    ("<a title=x><img src=a>", "image a"),
    ("<a b=\"'\"><img src=a c='\"'>", "image a"),
    ("<a 'b><img src=a>", "image a"),
    ("<a b'c><img src=a>", "image a"),
    ("<a b=c'd><img src=a>", "image a"),
    ("<a b='c'd'><img src=a>", "image a"),
    ("<a b=><img src=a>", "image a"),
    ("<a =><img src=a>", "image a"),
    ("<a ='><img src=a>", "image a"),
    ("<a =b='><img src=no>'><img src=a>", "image a"),
    ("<a b == c><img src=a>", "image a"),
    # attributes
    ("<img src = a>", "image a"),
    ("<img src\n=\n'a'>", "image a"),
    ('<img src="a"alt=b>', "image a"),
    ('<img alt="x"src=a>', "image a"),
    ("<img alt=''src=''>", ""),
    ("<img src=a src=b>", "image a"),
    ("<img SRC=a src=b>", "image a"),
    ("<img src='' src=b>", ""),
    ("<img src src=b>", ""),
    ("<img src=>", ""),
    ("<img src= >", ""),
    ("<img =src=a>", ""),
    ("<img ==a src=b>", "image b"),
    ("<img src==a>", "image =a"),
    ("<img src=a=b?c=d>", "image a=b?c=d"),
    ('<img src=a"b>', 'image a"b'),
    ("<img src=a`b<c>", "image a`b<c"),
    ("<img src='a b'>", "image a b"),
    ("<img src='a\nb'>", "image a\nb"),
    ("<img src='a\r\nb'>", "image a\nb"),
    ("<img src='a\rb'>", "image a\nb"),
    ("<img src='\t a \n'>", "image a"),
    ("<img src=a\0b>", "image a\ufffdb"),
    ("<img s\0rc=no src=a>", "image a"),
    ("<img src=é.png>", "image é.png"),
    ("<img alt='\U0001f600' src=a>", "image a"),
    ('<img "src=a>', ""),
    ('<img src=a alt="<!--"><img src=b>', "image a, image b"),
    # character references
    ("<img src='?a&amp;b'>", "image ?a&b"),
    ("<img src=?a&amp;b>", "image ?a&b"),
    ("<img src='?a&copy=1'>", "image ?a&copy=1"),
    ("<img src='?a&copyx'>", "image ?a&copyx"),
    ("<img src='?a&copy1'>", "image ?a&copy1"),
    ("<img src='?a&copy'>", "image ?a©"),
    ("<img src='?a&copy;=1'>", "image ?a©=1"),
    ("<img src='?a&copy b'>", "image ?a© b"),
    ("<img src='?a&copy/b'>", "image ?a©/b"),
    ("<img src='?a&b=1&c'>", "image ?a&b=1&c"),
    ("<img src='?a&notit;b'>", "image ?a&notit;b"),
    ("<img src='?a&notin;b'>", "image ?a∉b"),
    ("<img src='?a&hearts'>", "image ?a&hearts"),
    ("<img src='?a&hearts;'>", "image ?a♥"),
    ("<img src='?&AMP;&AMP&ampamp'>", "image ?&&&ampamp"),
    ("<img src='a&#x2f;b'>", "image a/b"),
    ("<img src='a&#X2Fb'>", "image a\u02fb"),
    ("<img src='a&#47;b'>", "image a/b"),
    ("<img src='a&#47b'>", "image a/b"),
    ("<img src='a&#0;&#00&#x0;'>", "image a\ufffd\ufffd\ufffd"),
    ("<img src='a&#128;'>", "image a€"),
    ("<img src='a&#x81;'>", "image a\x81"),
    ("<img src='a&#xD800;&#x110000;&#99999999999;'>", "image a\ufffd\ufffd\ufffd"),
    ("<img src='a&#00000000000047;'>", "image a/"),
    ("<img src='a&#;&#x;&;&'>", "image a&#;&#x;&;&"),
    ("<img src='a&#13;b'>", "image a\rb"),
    ("<img sr&#99;=no src=a>", "image a"),
]

CONTEXTS = [
    # raw text
    ("<title><img src=no></title><img src=a>", "image a"),
    ("<textarea><img src=no></textarea><img src=a>", "image a"),
    ("<textarea></title><img src=no></TEXTAREA\n><img src=a>", "image a"),
    ("<title></titles><img src=no></title ><img src=a>", "image a"),
    ("<title></title/><img src=a>", "image a"),
    ("<title></title x='>'><img src=a>", "image a"),
    ("<title/><img src=no></title>", ""),
    ("<title><!-- </title><img src=a>", "image a"),
    ("<title></tit</title><img src=a>", "image a"),
    ("<title>&lt;/title></title><img src=a>", "image a"),
    ("<style><img src=no></style><img src=a>", "image a"),
    ("<style><!-- </style><img src=a>", "image a"),
    ("<style>a{content:'</style><img src=a>", "image a"),
    ("<style/>a{b:url(c)}</style>", "css-image c"),
    ("<style>a{b:url(c)}", "css-image c"),
    ("<style>a{b:url(c)}</sty", "css-image c"),
    ("<xmp><img src=no></xmp><img src=a>", "image a"),
    ("<iframe><img src=no></iframe><img src=a>", "image a"),
    ("<noembed><img src=no></noembed><img src=a>", "image a"),
    ("<noframes><img src=no></noframes><img src=a>", "image a"),
    ("<noscript><img src=no></noscript><img src=a>", "image a"),
    ("<noscript><link rel=stylesheet href=no></noscript><img src=a>", "image a"),
    ("<noscript><!-- </noscript><img src=a> -->", "image a"),
    ("<plaintext><img src=no></plaintext><img src=no>", ""),
    ("<title><img src=no>", ""),
    # scripts
    ("<script>'<img src=no>'</script><img src=a>", "image a"),
    ("<script></SCRIPT\t><img src=a>", "image a"),
    ("<script></scripts><img src=no></script><img src=a>", "image a"),
    ("<script src=b></script/><img src=a>", "script b, image a"),
    ("<script/><img src=no></script>", ""),
    ("<script><!-- </script><img src=a>", "image a"),
    ("<script><!-- <script> </script><img src=no></script><img src=a>", "image a"),
    ("<script><!-- <script> --></script><img src=a>", "image a"),
    ("<script><!-- <script> </script> --></script><img src=a>", "image a"),
    ("<script><!-- <script> </script> <script> </script><img src=no>", ""),
    ("<script><!-- <scripty> </script><img src=a>", "image a"),
    ("<script><!-- <SCRIPT/ </Script/><img src=no></script><img src=a>", "image a"),
    ("<script><!--><script></script><img src=a>", "image a"),
    ("<script><!---><script></script><img src=a>", "image a"),
    ("<script><!-- --><script></script><img src=a>", "image a"),
    ("<script><!-- ---><script></script><img src=a>", "image a"),
    ("<script><!-- -- ><script></script><img src=no></script><img src=a>", "image a"),
    ("<script><!-<script></script><img src=a>", "image a"),
    ("<script><!--<script</script><img src=a>", "image a"),
    ("<script><!-- <<script> </script><img src=no></script><img src=a>", "image a"),
    ("<script>a<b</script><img src=a>", "image a"),
    ("<script>x = '</scr' + 'ipt>'</script><img src=a>", "image a"),
    ("<script><img src=no>", ""),
    # templates
    ("<template><img src=no></template><img src=a>", "image a"),
    ("<template><template></template><img src=no></template><img src=a>", "image a"),
    ("<TEMPLATE><img src=no></Template ><img src=a>", "image a"),
    ("<template/><img src=no>", ""),
    ("</template><img src=a>", "image a"),
    ("<template><style>a{b:url(no)}</style></template><img src=a>", "image a"),
    ("<template><p style='b:url(no)'></template><img src=a>", "image a"),
    ("<template><title></template><img src=no></title></template><img src=a>", "image a"),
    ("<template><!--</template>--><img src=no></template><img src=a>", "image a"),
    ("<template><script></template></script><img src=no></template><img src=a>", "image a"),
    ("<template><svg><image href=no></svg></template><img src=a>", "image a"),
    ("<template><svg></template><link rel=icon href=a>", "icon a"),
    ("<a x='<template>'><img src=a>", "image a"),
    # declarative shadow roots
    ("<div><template shadowrootmode=open><img src=a></template><img src=b></div>", "image a, image b"),
    ("<div><template ShadowRootMode=CLOSED><style>p{b:url(a)}</style></template>", "css-image a"),
    ("<div><template shadowrootmode=open><template><img src=no></template><img src=a></template>", "image a"),
    ("<template><template shadowrootmode=open><img src=no></template><img src=no></template><img src=a>", "image a"),
    ("<template shadowrootmode=no><img src=no></template><template shadowroot=open><img src=no>", ""),
    ("<template shadowrootmode=' open'><img src=no></template><template shadowrootmode><img src=no>", ""),
    # SVG and MathML
    ("<svg><image href=a /></svg>", "image a"),
    ("<svg><image xlink:href=a /></svg>", "image a"),
    ("<svg><image xlink:href=no href=a /></svg>", "image a"),
    ("<svg><image src=no /></svg>", ""),
    ("<svg><image href=#no /></svg>", ""),
    ("<svg><feImage href=a /><FEIMAGE xlink:href=b /></svg>", "css-image a, css-image b"),
    ("<svg><use href=u.svg#x /><use href=#no /><use xlink:href=v.svg /></svg>", "svg-use u.svg#x, svg-use v.svg"),
    ("<use href=no><feImage href=no>", ""),
    (
        "<svg><rect fill='url(a.svg#x)' width=9 /><path d=M0 mask=URL(b.svg) /></svg>",
        "css-image a.svg#x, css-image b.svg",
    ),
    ("<svg><rect fill='url(#no)' filter=url(#no) /><g cursor='url(\"c.png\"),auto'/></svg>", "css-image c.png"),
    ("<svg><text font-family=F>x</text><a fill=none href=url(no)></a></svg><p fill=url(no)>", "font-use f"),
    ("<svg><a href=no><pattern href=no /><textPath href=no /><video src=no></video></a></svg>", ""),
    ("<svg><script href=a type=text/plain /></svg>", "script a"),
    ("<svg><link rel=icon href=no /></svg><link rel=icon href=a>", "icon a"),
    ("<svg/><link rel=icon href=a>", "icon a"),
    ("<svg/ ><link rel=icon href=no>", ""),
    ("<svg a=b/><link rel=icon href=no></svg>", ""),
    ("<svg><img src=a><link rel=icon href=b>", "image a, icon b"),
    ("<svg><p><link rel=icon href=b>", "icon b"),
    ("<div><svg></div><link rel=icon href=b>", "icon b"),
    ("<svg><font><link rel=icon href=no></svg>", ""),
    ("<svg><font color=red><link rel=icon href=a>", "icon a"),
    ("<svg><foreignObject><link rel=icon href=a></foreignObject><link rel=icon href=no></svg>", "icon a"),
    ("<svg><title><img src=a></title></svg>", "image a"),
    ("<svg><desc><input type=image src=a></desc></svg>", "image a"),
    ("<svg><svg></svg><link rel=icon href=no></svg><link rel=icon href=a>", "icon a"),
    ("<svg><style>a{b:url(c)}</style></svg>", "css-image c"),
    ("<svg><style><![CDATA[a>b{c:url(d)}]]></style></svg>", "css-image d"),
    ("<svg><style><!-- a{b:url(no)} --> a{b:url(c)}</style></svg>", "css-image c"),
    ("<svg><style/><image href=a /></svg>", "image a"),
    ("<svg><script href=a.js></script><image href=b /></svg>", "script a.js, image b"),
    ("<svg><script xlink:href=a.js /><image href=b /></svg>", "script a.js, image b"),
    ("<svg><script src=no></script></svg>", ""),
    ("<svg><script><image href=a /></script></svg>", "image a"),
    ("<svg><path style='fill:url(#no)'/><path style='fill:url(a.svg#x)'/></svg>", "css-image a.svg#x"),
    ("<svg><![CDATA[ > <img src=no> ]]><image href=a /></svg>", "image a"),
    ("<svg><![CDATA[ ]] ]> ]]]><image href=a /></svg>", "image a"),
    ("<svg><textarea><image href=a /></textarea></svg>", "image a"),
    ("<svg><template><image href=a /></template></svg>", "image a"),
    ("<math><image href=no /><mi><img src=a></mi></math>", "image a"),
    ("<math><style>a{b:url(no)}</style></math>", ""),
    ("<math><annotation-xml encoding=text/html><link rel=icon href=a></annotation-xml></math>", "icon a"),
    ("<math><annotation-xml><link rel=icon href=no></annotation-xml></math>", ""),
]

ROWS = ELEMENTS + TOKENS + CONTEXTS


@pytest.mark.parametrize(("html", "expected"), ROWS, ids=[html for html, _ in ROWS])
def test_row(html: str, expected: str) -> None:
    """A row's markup gives exactly its candidates, in every cut."""
    assert ", ".join(told(scan_in_every_cut(HtmlScanner, html.encode()))) == expected


WITHOUT_SCRIPTS = [
    ("<noscript><img src=a></noscript>", "image a"),
    ("<noscript><link rel=stylesheet href=a></noscript>", "stylesheet a"),
    ("<noscript><!-- </noscript> --><img src=a></noscript>", "image a"),
    ("<noscript><style>a{b:url(c)}</style></noscript>", "css-image c"),
    ("<script src=a></script>", "script a"),
]


@pytest.mark.parametrize(("html", "expected"), WITHOUT_SCRIPTS)
def test_noscript_is_markup_without_scripting(html: str, expected: str) -> None:
    """With scripting off a browser parses what <noscript> holds, and so does the scanner."""
    candidates = scan_in_every_cut(lambda: HtmlScanner(scripting=False), html.encode())
    assert ", ".join(told(candidates)) == expected


HEADS = [
    ("<link>", True),
    ("<!doctype html><html><head><meta charset=utf-8><title>x y</title>\n<style>a{}</style>", True),
    ("<head></head>\n", True),
    ("<head><noscript>x</noscript><script>x</script>", True),
    ("\ufeff <link>", True),
    ("<!-- x --><?x?></p>", True),
    ("<template>text<div></template>", True),
    ("<template><body></template>", True),
    ("<body>", False),
    ("<BODY class=x>", False),
    ("text", False),
    ("</head> text", False),
    ("<head></head></html>", False),
    ("</body>", False),
    ("</br>", False),
    ("<p>", False),
    ("<img>", False),
    ("<svg></svg>", False),
    ("<link>x", False),
    ("<3", False),
    ("\ufeff\ufeff", False),
    ("<head><div></head><link>", False),
]


@pytest.mark.parametrize(("html", "in_head"), HEADS)
def test_where_the_body_begins(html: str, in_head: bool) -> None:
    """The head lasts until <body>, or text or an element that implies it; what follows says so."""
    (last,) = [c for c in scan_in_every_cut(HtmlScanner, html.encode() + b"<base href=z>") if c.url == "z"]
    assert last.in_head is in_head
    scanner = HtmlScanner()
    scanner.feed(html.encode() + b"<base>")
    assert scanner.is_past_head is not in_head


INLINE_SCRIPTS = [
    ("<script></script>", 1),
    ("<script>a</script><script type=module>b</script>", 2),
    ("<script type=application/json>{}</script>", 0),
    ("<script src=a></script>", 0),
    ("<script src></script>", 0),
    ("<template><script></script></template>", 0),
    ("<noscript><script></script></noscript>", 0),
    ("<!-- <script></script> -->", 0),
    ("<svg><script>a</script><script href=b /></svg>", 1),
    ("<script><!-- <script> </script>", 1),
]


@pytest.mark.parametrize(("html", "count"), INLINE_SCRIPTS)
def test_inline_scripts_are_counted(html: str, count: int) -> None:
    """Only <script> elements that hold a script of their own count."""
    scanner = HtmlScanner()
    for byte in html.encode():
        scanner.feed(bytes([byte]))
    scanner.close()
    assert scanner.inline_scripts == count


LONG = "data:image/png;base64," + "A" * 500
CUT = "data:image/png;base64," + "A" * 42 + "... (522 characters)"
KEPT = [
    (f"<img src='{LONG}'>", "src", CUT),
    (f"<img srcset='{LONG} 1x, b.png 2x'>", "srcset", f"{CUT.replace(' ', '-')} 1x, b.png 2x"),
    (f"<iframe srcdoc='{'<p>' * 100}'>", "srcdoc", f"{('<p>' * 22)[:64]}... (300 characters)"),
    (f"<img src=a alt='{'x' * 4097}'>", "alt", f"{'x' * 4096}... (4097 characters)"),
    (f"<img src='{'x' * 9000}'>", "src", "x" * 9000),
]


@pytest.mark.parametrize(("html", "name", "value"), KEPT, ids=[f"{name} {len(html)}" for html, name, _ in KEPT])
def test_what_nobody_can_use_is_cut(html: str, name: str, value: str) -> None:
    """A record holds no inlined pictures or documents: their beginning and length say enough."""
    (found,) = HtmlScanner().feed(html.encode())
    assert found.attribute(name) == value


RUNNING = [
    ("<script>a</script>", ["script"]),
    ("<script> </script>", ["script"]),
    ("<script></script>", []),
    ("<script>a", []),
    ("<script src=a>b</script>", []),
    ("<script nomodule>a</script>", []),
    ("<script type=text/template>a</script>", []),
    ("<script type=application/json>{}</script>", []),
    ("<script type=text/javascript>a</script>", ["script"]),
    ("<script for=window event=onload>a</script>", ["script"]),
    ("<script for=window event='onload()'>a</script>", ["script"]),
    ("<script for=window event=onclick>a</script>", []),
    ("<script for=document event=onload>a</script>", []),
    ("<script for=document>a</script>", ["script"]),
    ("<script type=module>a</script>", ["module"]),
    ("<script type=module async>a</script>", ["async module"]),
    ("<template><script>a</script></template>", []),
    ("<noscript><script>a</script></noscript>", []),
    ("<svg><script>a</script></svg>", ["script in the body"]),
    ("<svg><script href=b>a</script></svg>", []),
    ("<script>a</script><body><script nonce=n>b</script>", ["script", "script in the body"]),
]


@pytest.mark.parametrize(("html", "expected"), RUNNING, ids=[html for html, _ in RUNNING])
def test_where_inline_scripts_stand(html: str, expected: list[str]) -> None:
    """A script that runs where it stands is told of when its end tag comes: one that is empty, never closed, for older
    browsers alone or for another event is none (HTML 4.12.1.1)."""
    scripts = [
        each for each in scan_in_every_cut(HtmlScanner, html.encode()) if each.kind is CandidateKind.INLINE_SCRIPT
    ]
    words = [
        f"{'async ' if each.attribute('async') is not None else ''}{each.attribute('type') or 'script'}"
        f"{'' if each.in_head else ' in the body'}"
        for each in scripts
    ]
    assert words == expected


def test_an_inline_script_has_its_digest_where_a_policy_asks() -> None:
    """Of its text as the parser has it, with line feeds alone (CSP 3, 6.7.3.3; HTML 13.2.3.5)."""
    html = b"<script>a\r\nb\rc</script>"
    digest = base64.b64encode(hashlib.sha256(b"a\nb\nc").digest()).decode()
    (script,) = scan_in_every_cut(lambda: HtmlScanner(digest_styles=True), html)
    assert f"sha256-{digest}" in (script.attribute("digests") or "").split()
    (script,) = scan_in_every_cut(HtmlScanner, html)
    assert script.attribute("digests") is None
