#include "http/syntax_gate.h"

#include <string>

#include <catch2/catch.hpp>

namespace glint::http {
namespace {

using namespace std::string_literals;

enum class Element { kRequest, kTrailers, kChunkLine, kChunkEnd };

SyntaxGate gateFor(Element element) {
  SyntaxGate gate{DecoderLimits{}};
  switch (element) {
    case Element::kRequest:
      gate.expectTarget(4);
      break;
    case Element::kTrailers:
      gate.expectTrailers();
      break;
    case Element::kChunkLine:
      gate.expectChunkLine();
      break;
    case Element::kChunkEnd:
      gate.expectChunkEnd();
      break;
  }
  return gate;
}

}  // namespace

// The gate alone, without llhttp behind it: each of the two must refuse by itself.
TEST_CASE("SyntaxGate: what it refuses, and where", "[http][codec]") {
  struct Row {
    Element element;
    std::string input;
    std::size_t admitted;
    int status;
  };
  const auto row = GENERATE(values<Row>({
      {Element::kRequest, " / HTTP/1.1\r\n\r\n", 0, 400},
      {Element::kRequest, "/\x7f HTTP/1.1\r\n\r\n", 1, 400},
      {Element::kRequest, "/\xc3\xa4 HTTP/1.1\r\n\r\n", 1, 400},
      {Element::kRequest, "/# HTTP/1.1\r\n\r\n", 1, 400},
      {Element::kRequest, "/\r\n\r\n", 1, 400},
      {Element::kRequest, "/ HTTP/2.0\r\n\r\n", 7, 505},
      {Element::kRequest, "/ HTTP/1.2\r\n\r\n", 9, 505},
      {Element::kRequest, "/ HTTP/1.x\r\n\r\n", 9, 400},
      {Element::kRequest, "/ HTTP/1.1\n\n", 10, 400},
      {Element::kTrailers, " A: b\r\n\r\n", 0, 400},
      {Element::kTrailers, ": b\r\n\r\n", 0, 400},
      {Element::kTrailers, "A : b\r\n\r\n", 1, 400},
      {Element::kTrailers, "A\r\n\r\n", 1, 400},
      {Element::kTrailers, "A\xff: b\r\n\r\n", 1, 400},
      {Element::kTrailers, "A: b\0c\r\n\r\n"s, 4, 400},
      {Element::kTrailers, "A: b\x1f\r\n\r\n", 4, 400},
      {Element::kTrailers, "A: b\x7f\r\n\r\n", 4, 400},
      {Element::kTrailers, "A: b\n\r\n", 4, 400},
      {Element::kTrailers, "A: b\rB: c\r\n\r\n", 5, 400},
      {Element::kTrailers, "A: b\r\n c\r\n\r\n", 6, 400},
      {Element::kTrailers, "A: b\r\n\rX", 7, 400},
      {Element::kChunkLine, "\r\n", 0, 400},
      {Element::kChunkLine, ";a\r\n", 0, 400},
      {Element::kChunkLine, "-1\r\n", 0, 400},
      {Element::kChunkLine, "1g\r\n", 1, 400},
      {Element::kChunkLine, "1 \r\n", 1, 400},
      {Element::kChunkLine, "1\n", 1, 400},
      {Element::kChunkLine, "1;a\0\r\n"s, 3, 400},
      {Element::kChunkLine, "1;a\n", 3, 400},
      {Element::kChunkLine, "1;a\rb", 4, 400},
      {Element::kChunkLine, "12345678901234567\r\n", 16, 400},
      {Element::kChunkEnd, "\n", 0, 400},
      {Element::kChunkEnd, "XY", 0, 400},
      {Element::kChunkEnd, "\rX", 1, 400},
  }));
  CAPTURE(row.input);
  const auto verdict = gateFor(row.element).scan(row.input);
  CHECK(verdict.admitted == row.admitted);
  CHECK(verdict.refused.status == row.status);
  CHECK_FALSE(verdict.complete);
}

TEST_CASE("SyntaxGate: an element ends where it ends", "[http][codec]") {
  struct Row {
    Element element;
    std::string input;
  };
  const auto row = GENERATE(values<Row>({
      {Element::kRequest, "/a?b HTTP/1.0\r\n\r\n"},
      {Element::kRequest, "* HTTP/1.1\r\nA:\r\nB: \t\xff c\r\n\r\n"},
      {Element::kTrailers, "\r\n"},
      {Element::kTrailers, "A!#$%&'*+-.^_`|~9: b\r\n\r\n"},
      {Element::kChunkLine, "0\r\n"},
      {Element::kChunkLine, "fFfF;name=\"value\"\r\n"},
      {Element::kChunkLine, "1234567890123456\r\n"},
      {Element::kChunkEnd, "\r\n"},
  }));
  CAPTURE(row.input);
  for (std::size_t cut = 0; cut <= row.input.size(); ++cut) {
    SyntaxGate gate = gateFor(row.element);
    const auto first = gate.scan(std::string_view(row.input).substr(0, cut));
    CHECK(first.admitted == cut);
    CHECK(first.complete == (cut == row.input.size()));
    if (first.complete) continue;
    const auto second = gate.scan(row.input.substr(cut) + "next");
    CHECK(second.admitted == row.input.size() - cut);
    CHECK(second.complete);
    CHECK(second.refused.status == 0);
  }
}

}  // namespace glint::http
