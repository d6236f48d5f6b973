#pragma once
// The properties of characters that string methods ask for, as Go's package unicode answers.

#include <string>
#include <string_view>

namespace plumb::starlark {

bool is_letter(char32_t c);
bool is_digit(char32_t c);
bool is_lower(char32_t c);
bool is_upper(char32_t c);
bool is_title(char32_t c);
bool is_space(char32_t c);
bool is_cased(char32_t c);  // has another case
bool is_printable(char32_t c);
char32_t to_upper(char32_t c);
char32_t to_lower(char32_t c);
char32_t to_title(char32_t c);

// Double quotes around, escapes as Go's %q writes them.
std::string quote(std::string_view text);

}  // namespace plumb::starlark
