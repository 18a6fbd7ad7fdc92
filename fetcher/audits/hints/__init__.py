"""The hint itself: whether it can be read, whether browsers act on it, and whether what it asks for is what the page
asks for. Preloads of the final response and of the markup are judged by the same rules, also where no 103 came. The
resource a hint brings is judged by ``resources``, whether it is worth it by ``value``."""

from __future__ import annotations

from fetcher.audits.hints.crossorigin import font_hint_crossorigin, hint_credentials_mismatch, module_hint_wrong_rel
from fetcher.audits.hints.destinations import hint_as_invalid, hint_as_mismatch, hint_as_missing
from fetcher.audits.hints.relations import hint_param_unsupported, hint_rel_unsupported
from fetcher.audits.hints.sameness import hint_duplicate, hint_integrity_mismatch
from fetcher.audits.hints.size import link_header_too_large
from fetcher.audits.hints.syntax import link_syntax_invalid
from fetcher.audits.hints.targets import hint_mixed_content, hint_relative_url, hint_self, hint_url_mismatch
from fetcher.audits.hints.types import hint_content_type_mismatch, hint_type_unsupported
from fetcher.audits.hints.viewport import hint_media_ignored, hint_responsive_image
from fetcher.audits.rule import Rule

RULES: tuple[Rule, ...] = (
    link_syntax_invalid,
    link_header_too_large,
    hint_rel_unsupported,
    hint_as_missing,
    hint_as_invalid,
    hint_as_mismatch,
    hint_content_type_mismatch,
    hint_type_unsupported,
    font_hint_crossorigin,
    hint_credentials_mismatch,
    module_hint_wrong_rel,
    hint_url_mismatch,
    hint_relative_url,
    hint_mixed_content,
    hint_responsive_image,
    hint_media_ignored,
    hint_integrity_mismatch,
    hint_duplicate,
    hint_self,
    hint_param_unsupported,
)
