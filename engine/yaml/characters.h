#pragma once
// What a byte can be for the reader: a look into one table in place of a chain of comparisons.
//
//   is('\n', kBreakStart) && is(':', kPlainStop) && !is('x', kPlainStop)

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace plumb::yaml {

using CharacterClass = std::uint8_t;
constexpr CharacterClass kBlank = 1;         // ' ' and tab
constexpr CharacterClass kBreakStart = 2;    // LF, CR, and the first bytes of NEL, LS and PS
constexpr CharacterClass kPlainStart = 4;    // starts a plain scalar, whatever follows
constexpr CharacterClass kPlainStop = 8;     // may end a plain scalar, or the run before a blank
constexpr CharacterClass kFlowStop = 16;     // the same inside flow collections
constexpr CharacterClass kWord = 32;         // in the names of anchors, aliases and tag handles
constexpr CharacterClass kSingleStop = 64;   // not taken as it is between single quotes
constexpr CharacterClass kDoubleStop = 128;  // the same between double quotes

namespace detail {
constexpr std::array<CharacterClass, 256> make_classes() {
  std::array<CharacterClass, 256> classes{};
  const auto add = [&](std::string_view bytes, unsigned what) {
    for (const char c : bytes) {
      auto& entry = classes[static_cast<unsigned char>(c)];
      entry = static_cast<CharacterClass>(entry | what);
    }
  };
  for (unsigned c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '_' || c == '-') add({&byte, 1}, kWord);
    const bool indicator =
        std::string_view("-?:,[]{}#&*!|>'\"%@`").find(byte) != std::string_view::npos;
    if (c > ' ' && !indicator && c != 0xC2 && c != 0xE2) add({&byte, 1}, kPlainStart);
  }
  constexpr unsigned kAllStops = kPlainStop | kFlowStop | kSingleStop | kDoubleStop;
  add(" \t", kBlank);
  add("\n\r\xC2\xE2", kBreakStart | kAllStops);
  add(":#", kPlainStop | kFlowStop);
  add(",?[]{}", kFlowStop);
  add("'", kSingleStop);
  add("\"\\", kDoubleStop);
  return classes;
}
inline constexpr std::array<CharacterClass, 256> kClasses = make_classes();
}  // namespace detail

// Is the byte one of any of these classes?
inline bool is(char c, unsigned classes) {
  return (detail::kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

// Behind the blanks (not tabs) that stand at `at`, eight at a time: indentation is most of many a
// file.
inline const char* behind_blanks(const char* at, const char* end) {
  constexpr std::uint64_t kEightBlanks = 0x2020202020202020;
  while (end - at >= 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    const std::uint64_t others = eight ^ kEightBlanks;
    if (others != 0) {
      const int bits = std::endian::native == std::endian::little ? std::countr_zero(others)
                                                                  : std::countl_zero(others);
      return at + bits / 8;
    }
    at += 8;
  }
  while (at < end && *at == ' ') ++at;
  return at;
}

// The first byte from `at` that is no ordinary character of a line of plain text: a control
// character, a byte of a longer character, ':' or '#'. Every byte of kPlainStop is among them.
inline const char* find_plain_stop(const char* at, const char* end) {
#ifdef __SSE2__
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i stops = _mm_or_si128(
        _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),  // signed: bytes over 0x7F are below too
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(':')),
                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('#'))));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(stops));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  while (at < end && !is(*at, kPlainStop)) ++at;
  return at;
}

}  // namespace plumb::yaml
