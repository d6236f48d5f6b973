#include "starlark/parse.h"

#include "base/text.h"

namespace plumb::starlark {
namespace {

constexpr int kMaxNesting = 400;  // expressions and blocks within one another

// Binary operators by how tightly they bind; -1 for other tokens.
int precedence(Token token) {
  switch (token) {
    case Token::kOr:
      return 0;
    case Token::kAnd:
      return 1;
    case Token::kNot:
      return 2;
    case Token::kEqual:
    case Token::kNotEqual:
    case Token::kLess:
    case Token::kGreater:
    case Token::kLessEqual:
    case Token::kGreaterEqual:
    case Token::kIn:
    case Token::kNotIn:
      return 3;
    case Token::kPipe:
      return 4;
    case Token::kCircumflex:
      return 5;
    case Token::kAmpersand:
      return 6;
    case Token::kShiftLeft:
    case Token::kShiftRight:
      return 7;
    case Token::kMinus:
    case Token::kPlus:
      return 8;
    case Token::kStar:
    case Token::kPercent:
    case Token::kSlash:
    case Token::kSlashSlash:
      return 9;
    default:
      return -1;
  }
}
constexpr int kNotPrecedence = 2;
constexpr int kComparison = 3;

bool is_assignment(Token token) {
  return token == Token::kAssign ||
         (token >= Token::kPlusAssign && token <= Token::kShiftRightAssign);
}

bool ends_list(Token token) {
  switch (token) {
    case Token::kEof:
    case Token::kNewline:
    case Token::kAssign:
    case Token::kRightBrace:
    case Token::kRightBracket:
    case Token::kRightParen:
    case Token::kSemicolon:
      return true;
    default:
      return false;
  }
}

class Parser {
 public:
  Parser(std::string_view text, Blocks blocks, Arena& arena)
      : scanner_(text, blocks, arena), arena_(arena) {
    advance();
  }

  Block program() {
    Block block;
    while (token_ != Token::kEof) {
      if (token_ == Token::kNewline) {
        advance();
      } else {
        statement(block);
      }
    }
    return block;
  }

 private:
  struct Nested {  // counts nesting while it lives
    explicit Nested(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMaxNesting) parser_.refuse("nested too deeply");
    }
    ~Nested() { --parser_.nesting_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    Parser& parser_;
  };

  [[noreturn]] void refuse(std::string text) const {
    throw Fault{scanner_.position(), std::move(text), "starlark/syntax"};
  }
  [[noreturn]] void refuse_at(Position position, std::string text) const {
    throw Fault{position, std::move(text), "starlark/syntax"};
  }

  // The next token; gives the position of the one left behind.
  Position advance() {
    const Position left = current_.position;
    current_ = scanner_.next();
    token_ = current_.token;
    return left;
  }
  Position expect(Token token) {
    if (token_ != token) refuse(cat("got ", quoted(token_), ", want ", quoted(token)));
    return advance();
  }

  template <typename T>
  T* make_expr(ExprKind kind, Position position, Position start) {
    T* const node = arena_.make<T>();
    node->kind = kind;
    node->position = position;
    node->start = start;
    return node;
  }
  template <typename T>
  T* make_stmt(StmtKind kind, Position position) {
    T* const node = arena_.make<T>();
    node->kind = kind;
    node->position = position;
    return node;
  }

  // ---- statements ----

  void statement(Block& block) {
    const Nested nested(*this);
    switch (token_) {
      case Token::kDef:
        return add(block, def_statement());
      case Token::kIf:
        return add(block, if_statement(StmtKind::kIf));
      case Token::kFor:
        return add(block, for_statement());
      case Token::kWhile:
        return add(block, while_statement());
      default:
        return simple_statements(block);
    }
  }
  void add(Block& block, Stmt* statement) { block.push_back(arena_, statement); }

  Stmt* def_statement() {
    auto* const def = make_stmt<Def>(StmtKind::kDef, advance());
    def->name = identifier();
    expect(Token::kLeftParen);
    def->parameters = parameters();
    expect(Token::kRightParen);
    expect(Token::kColon);
    def->body = suite();
    def->first = def->position;
    return def;
  }

  Stmt* if_statement(StmtKind kind) {
    auto* const first = make_stmt<If>(kind, advance());
    If* last = first;
    if_branch(*first);
    while (token_ == Token::kElif) {  // a loop: a chain may be long
      auto* const branch = make_stmt<If>(StmtKind::kIf, advance());
      if_branch(*branch);
      add(last->no, branch);
      last = branch;
    }
    if (token_ == Token::kElse) {
      advance();
      expect(Token::kColon);
      last->no = suite();
    }
    return first;
  }
  void if_branch(If& branch) {
    branch.condition = test();
    expect(Token::kColon);
    branch.yes = suite();
  }

  Stmt* for_statement() {
    auto* const loop = make_stmt<For>(StmtKind::kFor, advance());
    loop->variables = loop_variables();
    expect(Token::kIn);
    loop->operand = expression(false);
    expect(Token::kColon);
    loop->body = suite();
    return loop;
  }

  Stmt* while_statement() {
    auto* const loop = make_stmt<While>(StmtKind::kWhile, advance());
    loop->condition = test();
    expect(Token::kColon);
    loop->body = suite();
    return loop;
  }

  Block suite() {
    Block block;
    if (token_ != Token::kNewline) {
      simple_statements(block);
      return block;
    }
    advance();
    expect(Token::kIndent);
    while (token_ != Token::kOutdent && token_ != Token::kEof) statement(block);
    expect(Token::kOutdent);
    return block;
  }

  void simple_statements(Block& block) {
    while (true) {
      add(block, small_statement());
      if (token_ != Token::kSemicolon) break;
      advance();
      if (token_ == Token::kNewline || token_ == Token::kEof) break;
    }
    if (token_ != Token::kEof) expect(Token::kNewline);
  }

  Stmt* small_statement() {
    switch (token_) {
      case Token::kReturn: {
        auto* const node = make_stmt<Return>(StmtKind::kReturn, advance());
        if (token_ != Token::kEof && token_ != Token::kNewline && token_ != Token::kSemicolon)
          node->value = expression(false);
        return node;
      }
      case Token::kBreak:
        return make_stmt<Stmt>(StmtKind::kBreak, advance());
      case Token::kContinue:
        return make_stmt<Stmt>(StmtKind::kContinue, advance());
      case Token::kPass:
        return make_stmt<Stmt>(StmtKind::kPass, advance());
      case Token::kLoad:
        return load_statement();
      default:
        return assignment();
    }
  }

  Stmt* assignment() {
    Expr* const left = expression(false);
    if (!is_assignment(token_)) {
      auto* const node = make_stmt<ExprStmt>(StmtKind::kExpression, left->start);
      node->value = left;
      return node;
    }
    const Token op = token_;
    auto* const node = make_stmt<Assign>(StmtKind::kAssign, advance());
    node->op = op;
    node->target = left;
    node->value = expression(false);
    return node;
  }

  Stmt* load_statement() {
    auto* const load = make_stmt<Load>(StmtKind::kLoad, advance());
    const Position open = expect(Token::kLeftParen);
    if (token_ != Token::kString)
      refuse("first operand of load statement must be a string literal");
    load->module = current_.value.string();
    load->module_position = advance();
    while (token_ != Token::kRightParen && token_ != Token::kEof) {
      expect(Token::kComma);
      if (token_ == Token::kRightParen) break;
      load->names.push_back(arena_, load_name());
    }
    expect(Token::kRightParen);
    if (load->names.empty()) refuse_at(open, "load statement must import at least 1 symbol");
    return load;
  }

  LoadName load_name() {
    if (token_ == Token::kString) {
      const std::string_view name = current_.value.string();
      Position position = advance();
      ++position.column;
      auto* const local = make_expr<Name>(ExprKind::kName, position, position);
      local->name = name;
      return {local, name, position};
    }
    if (token_ != Token::kIdentifier)
      refuse(cat("load operand must be \"name\" or localname=\"name\" (got ", quoted(token_), ")"));
    Name* const local = identifier();
    if (token_ != Token::kAssign)
      refuse(cat("load operand must be \"", local->name, "\" or ", local->name,
                 "=\"originalname\" (want '=' after ", local->name, ")"));
    advance();
    if (token_ != Token::kString)
      refuse(
          cat("original name of loaded symbol must be quoted: ", local->name, "=\"originalname\""));
    const std::string_view original = current_.value.string();
    Position position = advance();
    ++position.column;
    return {local, original, position};
  }

  // ---- expressions ----

  Name* identifier() {
    if (token_ != Token::kIdentifier) {
      if (token_ == Token::kIllegal || token_ >= Token::kAnd)
        refuse(cat("use of reserved keyword '", current_.raw,
                   "' is not allowed (expected identifier)"));
      refuse("not an identifier");
    }
    auto* const name = make_expr<Name>(ExprKind::kName, current_.position, current_.position);
    name->name = current_.raw;
    advance();
    return name;
  }

  List<Expr*> parameters() {
    List<Expr*> list;
    bool stars = false;
    while (token_ != Token::kRightParen && token_ != Token::kColon && token_ != Token::kEof) {
      if (!list.empty()) expect(Token::kComma);
      if (token_ == Token::kRightParen) {
        if (stars) refuse(cat("got ", quoted(token_), ", want parameter"));
        break;
      }
      stars = stars || token_ == Token::kStar || token_ == Token::kStarStar;
      list.push_back(arena_, parameter());
    }
    return list;
  }

  Expr* parameter() {
    if (token_ == Token::kStar || token_ == Token::kStarStar) {
      const Token op = token_;
      const Position position = advance();
      auto* const node = make_expr<Unary>(ExprKind::kUnary, position, position);
      node->op = op;
      if (op == Token::kStarStar || token_ == Token::kIdentifier) node->operand = identifier();
      return node;
    }
    Name* const name = identifier();
    if (token_ != Token::kAssign) return name;
    auto* const node = make_expr<Binary>(ExprKind::kBinary, advance(), name->start);
    node->op = Token::kAssign;
    node->left = name;
    node->right = test();
    return node;
  }

  // A test, or a tuple of tests without parentheses.
  Expr* expression(bool in_parens) {
    Expr* const first = test();
    if (token_ != Token::kComma) return first;
    auto* const tuple = make_expr<Sequence>(ExprKind::kTuple, first->start, first->start);
    tuple->items.push_back(arena_, first);
    more_items(tuple->items, in_parens);
    return tuple;
  }

  void more_items(List<Expr*>& items, bool allow_trailing_comma) {
    while (token_ == Token::kComma) {
      const Position comma = advance();
      if (ends_list(token_)) {
        if (!allow_trailing_comma) refuse_at(comma, "unparenthesized tuple with trailing comma");
        return;
      }
      items.push_back(arena_, test());
    }
  }

  Expr* test() {
    const Nested nested(*this);
    if (token_ == Token::kLambda) return lambda(true);
    Expr* const value = operation(0);
    if (token_ != Token::kIf) return value;
    const Position position = advance();
    auto* const node = make_expr<Conditional>(ExprKind::kConditional, position, value->start);
    node->yes = value;
    node->condition = operation(0);
    if (token_ != Token::kElse) refuse_at(position, "conditional expression without else clause");
    advance();
    node->no = test();
    return node;
  }

  // A test that cannot be `x if y else z`.
  Expr* simple_test() { return token_ == Token::kLambda ? lambda(false) : operation(0); }

  Expr* lambda(bool allow_conditional) {
    const Nested nested(*this);
    const Position position = advance();
    auto* const node = make_expr<Lambda>(ExprKind::kLambda, position, position);
    if (token_ != Token::kColon) node->parameters = parameters();
    expect(Token::kColon);
    node->body = allow_conditional ? test() : simple_test();
    return node;
  }

  // Binary operators that bind at least as tightly as `least`.
  Expr* operation(int least) {
    const Nested nested(*this);
    Expr* left = token_ == Token::kNot && least <= kNotPrecedence ? negation() : suffixed();
    int last = -1;
    while (true) {
      if (token_ == Token::kNot) {
        advance();
        if (token_ != Token::kIn) refuse(cat("got ", quoted(token_), ", want in"));
        token_ = Token::kNotIn;
      }
      const int level = precedence(token_);
      if (level < 0 || level < least) return left;
      if (level == kComparison && last == kComparison)
        refuse(cat(token_name(static_cast<Binary*>(left)->op), " does not associate with ",
                   token_name(token_), " (use parens)"));
      const Token op = token_;
      auto* const node = make_expr<Binary>(ExprKind::kBinary, advance(), left->start);
      node->op = op;
      node->left = left;
      node->right = operation(level + 1);
      left = node;
      last = level;
    }
  }

  Expr* negation() {
    const Position position = advance();
    auto* const node = make_expr<Unary>(ExprKind::kUnary, position, position);
    node->op = Token::kNot;
    node->operand = operation(kNotPrecedence);
    return node;
  }

  Expr* loop_variables() {
    Expr* const first = suffixed();
    if (token_ != Token::kComma) return first;
    auto* const tuple = make_expr<Sequence>(ExprKind::kTuple, first->start, first->start);
    tuple->items.push_back(arena_, first);
    while (token_ == Token::kComma) {
      advance();
      if (ends_list(token_)) break;
      tuple->items.push_back(arena_, suffixed());
    }
    return tuple;
  }

  // x.name x[…] x(…), any number of them; chained suffixes nest in the tree, so they are counted.
  Expr* suffixed() {
    Expr* value = primary();
    for (int count = 0;; ++count) {
      if (count > kMaxNesting) refuse("nested too deeply");
      switch (token_) {
        case Token::kDot:
          value = attribute(value);
          break;
        case Token::kLeftBracket:
          value = subscript(value);
          break;
        case Token::kLeftParen:
          value = call(value);
          break;
        default:
          return value;
      }
    }
  }

  Expr* attribute(Expr* operand) {
    auto* const node = make_expr<Attribute>(ExprKind::kAttribute, advance(), operand->start);
    node->operand = operand;
    node->name = identifier()->name;
    return node;
  }

  Expr* subscript(Expr* operand) {
    const Position open = advance();
    Expr* low = nullptr;
    if (token_ != Token::kColon) {
      low = expression(false);
      if (token_ == Token::kRightBracket) {
        advance();
        auto* const node = make_expr<Index>(ExprKind::kIndex, open, operand->start);
        node->operand = operand;
        node->key = low;
        return node;
      }
    }
    auto* const node = make_expr<Slice>(ExprKind::kSlice, open, operand->start);
    node->operand = operand;
    node->low = low;
    if (token_ == Token::kColon) {
      advance();
      if (token_ != Token::kColon && token_ != Token::kRightBracket) node->high = test();
    }
    if (token_ == Token::kColon) {
      advance();
      if (token_ != Token::kRightBracket) node->step = test();
    }
    expect(Token::kRightBracket);
    return node;
  }

  Expr* call(Expr* callee) {
    auto* const node = make_expr<Call>(ExprKind::kCall, advance(), callee->start);
    node->callee = callee;
    bool stars = false;
    while (token_ != Token::kRightParen && token_ != Token::kEof) {
      if (!node->arguments.empty()) expect(Token::kComma);
      if (token_ == Token::kRightParen) {
        if (stars) refuse(cat("got ", quoted(token_), ", want argument"));
        break;
      }
      stars = stars || token_ == Token::kStar || token_ == Token::kStarStar;
      node->arguments.push_back(arena_, argument());
    }
    expect(Token::kRightParen);
    return node;
  }

  Argument argument() {
    if (token_ == Token::kStar || token_ == Token::kStarStar) {
      const ArgumentKind kind =
          token_ == Token::kStar ? ArgumentKind::kSpread : ArgumentKind::kSpreadNamed;
      const Position position = advance();
      return {kind, {}, {}, test(), position};
    }
    Expr* const value = test();
    if (token_ != Token::kAssign) return {ArgumentKind::kPositional, {}, {}, value, value->start};
    if (value->kind != ExprKind::kName) refuse("keyword argument must have form name=expr");
    advance();
    const auto* const name = static_cast<Name*>(value);
    return {ArgumentKind::kNamed, name->name, name->position, test(), name->start};
  }

  Expr* primary() {
    const Position position = current_.position;
    switch (token_) {
      case Token::kIdentifier:
        return identifier();
      case Token::kInt:
      case Token::kFloat:
      case Token::kString: {
        auto* const node = make_expr<Literal>(ExprKind::kLiteral, position, position);
        node->value = current_.value;
        advance();
        return node;
      }
      case Token::kLeftBracket:
        return list();
      case Token::kLeftBrace:
        return dict();
      case Token::kLeftParen:
        return parenthesis();
      case Token::kMinus:
      case Token::kPlus:
      case Token::kTilde: {
        const Nested nested(*this);
        auto* const node = make_expr<Unary>(ExprKind::kUnary, position, position);
        node->op = token_;
        advance();
        node->operand = suffixed();
        return node;
      }
      default:
        refuse(cat("got ", quoted(token_), ", want primary expression"));
    }
  }

  Expr* parenthesis() {
    const Position open = advance();
    if (token_ == Token::kRightParen) {
      advance();
      return make_expr<Sequence>(ExprKind::kTuple, open, open);
    }
    auto* const node = make_expr<Parenthesis>(ExprKind::kParenthesis, open, open);
    node->inner = expression(true);
    expect(Token::kRightParen);
    return node;
  }

  Expr* list() {
    const Position open = advance();
    auto* const node = make_expr<Sequence>(ExprKind::kList, open, open);
    if (token_ != Token::kRightBracket) {
      Expr* const first = test();
      if (token_ == Token::kFor) return comprehension(open, first, nullptr, {});
      node->items.push_back(arena_, first);
      more_items(node->items, true);
    }
    expect(Token::kRightBracket);
    return node;
  }

  Expr* dict() {
    const Position open = advance();
    auto* const node = make_expr<DictDisplay>(ExprKind::kDict, open, open);
    while (token_ != Token::kRightBrace) {
      const DictEntry entry = dict_entry();
      if (token_ == Token::kFor && node->entries.empty())
        return comprehension(open, entry.key, entry.value, entry.colon);
      node->entries.push_back(arena_, entry);
      if (token_ != Token::kComma) break;
      advance();
    }
    expect(Token::kRightBrace);
    return node;
  }

  DictEntry dict_entry() {
    DictEntry entry;
    entry.key = test();
    entry.colon = expect(Token::kColon);
    entry.value = test();
    return entry;
  }

  Expr* comprehension(Position open, Expr* body, Expr* value, Position colon) {
    auto* const node = make_expr<Comprehension>(ExprKind::kComprehension, open, open);
    node->is_dict = value != nullptr;
    node->body = body;
    node->value = value;
    node->colon = colon;
    const Token end = node->is_dict ? Token::kRightBrace : Token::kRightBracket;
    while (token_ != end) {
      if (node->clauses.size() > kMaxNesting) refuse("nested too deeply");
      node->clauses.push_back(arena_, clause(end));
    }
    advance();
    return node;
  }

  Clause clause(Token end) {
    if (token_ == Token::kFor) {
      advance();
      Clause out{true, loop_variables(), nullptr, {}};
      out.position = expect(Token::kIn);
      out.operand = operation(0);
      return out;
    }
    if (token_ != Token::kIf)
      refuse(cat("got ", quoted(token_), ", want '", token_name(end), "', for, or if"));
    const Position position = advance();
    return {false, nullptr, simple_test(), position};
  }

  BlockScanner scanner_;
  Arena& arena_;
  TokenText current_;
  Token token_ = Token::kEof;
  int nesting_ = 0;
};

}  // namespace

Block parse_program(std::string_view text, Blocks blocks, Arena& arena) {
  return Parser(text, blocks, arena).program();
}

}  // namespace plumb::starlark
