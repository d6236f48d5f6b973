// The only file that knows libgit2. It is opened on first use: a command that reads no revision
// does not load it, nor the forty libraries behind it.

#include "files/git.h"

#include <algorithm>
#include <shared_mutex>
#include <unordered_map>

#include <git2.h>

#include "base/suggest.h"
#include "base/text.h"
#include "files/library.h"

namespace plumb::files {

namespace {

// ---- the library ----

// clang-format off
#define PLUMB_GIT_FUNCTIONS(X) \
  X(blob_free) X(blob_lookup) X(blob_rawcontent) X(blob_rawsize) X(buf_dispose) \
  X(commit_tree_id) X(describe_commit) X(describe_format) X(describe_result_free) X(error_last) \
  X(libgit2_init) X(libgit2_opts) X(object_free) X(object_id) X(object_peel) X(odb_free) \
  X(odb_read_header) X(oid_tostr) X(reference_foreach_name) X(reference_free) \
  X(reference_lookup) X(reference_symbolic_target) X(remote_free) X(remote_list) \
  X(remote_lookup) X(remote_url) X(repository_free) X(repository_is_shallow) X(repository_odb) \
  X(repository_open) X(repository_open_ext) X(repository_path) X(repository_workdir) \
  X(revparse_single) X(strarray_dispose) X(tree_entry_byindex) X(tree_entry_filemode) \
  X(tree_entry_id) X(tree_entry_name) X(tree_entrycount) X(tree_free) X(tree_lookup)
// clang-format on

struct Library {
#define PLUMB_GIT_MEMBER(name) decltype(&::git_##name) name = nullptr;
  PLUMB_GIT_FUNCTIONS(PLUMB_GIT_MEMBER)
#undef PLUMB_GIT_MEMBER
  std::string why_missing;  // empty when it is there
};

constexpr const char* kLibraryNames[] = {"libgit2.so." LIBGIT2_SOVERSION,
                                         "libgit2.so.1.5",
                                         "libgit2.so.1.6",
                                         "libgit2.so.1.7",
                                         "libgit2.so.1.8",
                                         "libgit2.so.1.9",
                                         "libgit2.so.1.4",
                                         "libgit2.so"};

// Reading depends on the repository alone: not on who owns it, nor on anybody's git configuration.
// Hashes are not checked again on each read, which would take as long as the read.
void set_up(const Library& git) {
  git.libgit2_init();
  git.libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  git.libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                          GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
    git.libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  // Extensions that change nothing about how objects are read.
  static const char* extensions[] = {"partialclone", "preciousobjects", "worktreeconfig",
                                     "relativeworktrees"};
  git.libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size(extensions));
}

Library load_library() {
  Library library;
  void* const handle = open_library(kLibraryNames);
  if (!handle) {
    library.why_missing = "no libgit2.so was found";
    return library;
  }
#define PLUMB_GIT_LOAD(name) load_function(handle, "git_" #name, library.name, library.why_missing);
  PLUMB_GIT_FUNCTIONS(PLUMB_GIT_LOAD)
#undef PLUMB_GIT_LOAD
  if (library.why_missing.empty()) set_up(library);
  return library;
}

const Library& libgit2(Span mentioned = {}) {
  static const Library library = load_library();
  if (!library.why_missing.empty())
    fail("files/no-libgit2", mentioned,
         cat("reading git revisions needs libgit2: ", library.why_missing),
         {{"install the package libgit2-1.5"}}, {library.why_missing});
  return library;
}

std::string last_cause() {
  const git_error* const error = libgit2().error_last();
  return error && error->message ? lower(std::string_view(error->message)) : "unknown cause";
}

// Handles that free themselves.
template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* handle) const {
    (libgit2().*Free)(handle);
  }
};
using BlobHandle = std::unique_ptr<git_blob, Freed<&Library::blob_free>>;
using DescriptionHandle =
    std::unique_ptr<git_describe_result, Freed<&Library::describe_result_free>>;
using ObjectHandle = std::unique_ptr<git_object, Freed<&Library::object_free>>;
using OdbHandle = std::unique_ptr<git_odb, Freed<&Library::odb_free>>;
using ReferenceHandle = std::unique_ptr<git_reference, Freed<&Library::reference_free>>;
using RemoteHandle = std::unique_ptr<git_remote, Freed<&Library::remote_free>>;
using RepositoryHandle = std::unique_ptr<git_repository, Freed<&Library::repository_free>>;
using TreeHandle = std::unique_ptr<git_tree, Freed<&Library::tree_free>>;

// Calls function(&raw, arguments…) and owns what it gave; null when it failed, `error` says how.
template <typename Handle, typename Function, typename... Arguments>
Handle take(int& error, Function function, Arguments... arguments) {
  typename Handle::pointer raw = nullptr;
  error = function(&raw, arguments...);
  return Handle(error == 0 ? raw : nullptr);
}

std::string hex(const git_oid& id) {
  char digits[GIT_OID_HEXSZ + 1];
  return libgit2().oid_tostr(digits, sizeof digits, &id);
}

// ---- one repository, used by several threads ----

// libgit2's handles serve one thread at a time; this lends each user one of its own.
class Store {
 public:
  Store(std::string git_directory, std::string work_directory)
      : git_directory_(std::move(git_directory)), work_directory_(std::move(work_directory)) {}

  class Loan {
   public:
    Loan(const Store& store, RepositoryHandle handle) : store_(store), handle_(std::move(handle)) {}
    ~Loan() { store_.give_back(std::move(handle_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    git_repository* get() const { return handle_.get(); }

   private:
    const Store& store_;
    RepositoryHandle handle_;
  };

  Loan borrow() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        RepositoryHandle handle = std::move(idle_.back());
        idle_.pop_back();
        return {*this, std::move(handle)};
      }
    }
    int error = 0;
    auto handle = take<RepositoryHandle>(error, libgit2().repository_open, git_directory_.c_str());
    if (!handle)
      fail("files/unreadable", {}, cat("cannot open '", git_directory_, "': ", last_cause()));
    return {*this, std::move(handle)};
  }

  const std::string& work_directory() const { return work_directory_; }
  std::string name() const { return work_directory_.empty() ? git_directory_ : work_directory_; }

 private:
  void give_back(RepositoryHandle handle) const {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

  std::string git_directory_;
  std::string work_directory_;
  mutable std::mutex mutex_;
  mutable std::vector<RepositoryHandle> idle_;
};

// An object that the repository should have but does not: clones may be made without.
[[noreturn]] void fail_object(const Store& store, git_repository* repository, Span mentioned,
                              const std::string& what) {
  const std::string cause = last_cause();
  std::vector<Note> notes;
  if (libgit2().repository_is_shallow(repository) == 1)
    notes.push_back({"the clone is shallow: 'git fetch --unshallow' brings its whole history"});
  else
    notes.push_back(
        {"a partial clone (--filter) does not have all objects: "
         "'git fetch --refetch --no-filter' brings them"});
  fail("files/unreadable-object", mentioned,
       cat("cannot read ", what, " in '", store.name(), "': ", cause), std::move(notes),
       {what, cause});
}

// ---- a revision's files ----

struct GitEntry {
  std::string name;
  EntryKind kind;
  git_oid id;
};
using Listing = std::vector<GitEntry>;

EntryKind kind_of_mode(git_filemode_t mode) {
  switch (mode) {
    case GIT_FILEMODE_TREE:
      return EntryKind::kDirectory;
    case GIT_FILEMODE_LINK:
      return EntryKind::kLink;
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      return EntryKind::kFile;
    default:
      return EntryKind::kOther;  // a submodule's commit
  }
}

class RevisionTree final : public Tree {
 public:
  RevisionTree(std::shared_ptr<const Store> store, std::string shown, const git_oid& root,
               Path directory)
      : store_(std::move(store)),
        shown_(std::move(shown)),
        root_(root),
        directory_(std::move(directory)) {}

  std::optional<EntryKind> kind_of(const Path& path) const override {
    const std::optional<GitEntry> entry = find(inside(path));
    return entry ? std::optional(entry->kind) : std::nullopt;
  }

  std::optional<std::string> read_file(const Path& path, const Limits& limits) const override {
    const std::optional<GitEntry> entry = find(inside(path));
    if (!entry || entry->kind != EntryKind::kFile) return {};
    return read_blob(path, entry->id, limits);
  }

  std::optional<std::vector<Entry>> list_directory(const Path& path) const override {
    const Listing* const listing = list(inside(path));
    if (!listing) return {};
    std::vector<Entry> entries;
    entries.reserve(listing->size());
    for (const GitEntry& entry : *listing) entries.push_back({entry.name, entry.kind});
    return entries;
  }

  std::optional<std::string> read_link(const Path& path) const override {
    const std::optional<GitEntry> entry = find(inside(path));
    if (!entry || entry->kind != EntryKind::kLink) return {};
    return read_blob(path, entry->id, Limits());
  }

  std::string describe(const Path& path) const override {
    return cat("git:", shown_, ':', inside(path).text());
  }

 private:
  Path inside(const Path& path) const {
    return path.is_root() ? directory_ : *directory_.resolve(path.text());
  }

  std::optional<GitEntry> find(const Path& path) const {
    if (path.is_root()) return GitEntry{{}, EntryKind::kDirectory, root_};
    const Listing* const listing = list(path.parent());
    if (!listing) return {};
    const auto found = std::lower_bound(
        listing->begin(), listing->end(), path.name(),
        [](const GitEntry& entry, std::string_view name) { return entry.name < name; });
    if (found == listing->end() || found->name != path.name()) return {};
    return *found;
  }

  // Each directory is read once and kept; null when there is no such directory.
  const Listing* list(const Path& path) const {
    {
      const std::shared_lock lock(mutex_);
      if (const auto known = listings_.find(path.text()); known != listings_.end())
        return known->second.get();
    }
    const std::optional<GitEntry> entry = find(path);
    std::unique_ptr<Listing> listing;
    if (entry && entry->kind == EntryKind::kDirectory) listing = read_listing(path, entry->id);
    const std::unique_lock lock(mutex_);
    return listings_.try_emplace(path.text(), std::move(listing)).first->second.get();
  }

  std::unique_ptr<Listing> read_listing(const Path& path, const git_oid& id) const {
    const Library& git = libgit2();
    const Store::Loan repository = store_->borrow();
    int error = 0;
    const auto tree = take<TreeHandle>(error, git.tree_lookup, repository.get(), &id);
    if (!tree) fail_object(*store_, repository.get(), {}, cat("directory '", path.text(), "'"));
    auto listing = std::make_unique<Listing>();
    const std::size_t count = git.tree_entrycount(tree.get());
    listing->reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const git_tree_entry* const entry = git.tree_entry_byindex(tree.get(), i);
      listing->push_back({git.tree_entry_name(entry), kind_of_mode(git.tree_entry_filemode(entry)),
                          *git.tree_entry_id(entry)});
    }
    // git orders directories as if their names ended in '/'
    std::sort(listing->begin(), listing->end(),
              [](const GitEntry& a, const GitEntry& b) { return a.name < b.name; });
    return listing;
  }

  std::string read_blob(const Path& path, const git_oid& id, const Limits& limits) const {
    const Library& git = libgit2();
    const Store::Loan repository = store_->borrow();
    check_size(repository.get(), id, limits);
    int error = 0;
    const auto blob = take<BlobHandle>(error, git.blob_lookup, repository.get(), &id);
    if (!blob) fail_object(*store_, repository.get(), {}, cat("file '", describe(path), "'"));
    return {static_cast<const char*>(git.blob_rawcontent(blob.get())),
            static_cast<std::size_t>(git.blob_rawsize(blob.get()))};
  }

  // Before the object is unpacked: a few kilobytes may unpack to gigabytes.
  static void check_size(git_repository* repository, const git_oid& id, const Limits& limits) {
    const Library& git = libgit2();
    int error = 0;
    const auto odb = take<OdbHandle>(error, git.repository_odb, repository);
    std::size_t size = 0;
    git_object_t type{};
    if (!odb || git.odb_read_header(&size, &type, odb.get(), &id) != 0) return;  // said by the read
    if (size > limits.file_bytes) fail_limit(limits, &Limits::file_bytes, {});
  }

  std::shared_ptr<const Store> store_;
  std::string shown_;  // the revision as it was asked for
  git_oid root_;       // the whole repository's tree
  Path directory_;
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, std::unique_ptr<Listing>> listings_;
};

// ---- revisions ----

std::string_view short_name(std::string_view reference) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/", "refs/remotes/"})
    if (reference.starts_with(prefix)) return reference.substr(prefix.size());
  return reference;
}

std::vector<std::string> reference_names(git_repository* repository) {
  std::vector<std::string> names;
  libgit2().reference_foreach_name(
      repository,
      [](const char* name, void* out) {
        static_cast<std::vector<std::string>*>(out)->emplace_back(name);
        return 0;
      },
      &names);
  return names;
}

[[noreturn]] void fail_revision(const Store& store, git_repository* repository,
                                const std::string& revision, Span mentioned) {
  std::vector<std::string> names;
  for (const std::string& name : reference_names(repository)) names.emplace_back(short_name(name));
  std::vector<Note> notes = did_you_mean(revision, names);
  if (libgit2().repository_is_shallow(repository) == 1)
    notes.push_back({"the clone is shallow: fetch the revision, or 'git fetch --unshallow'"});
  fail("files/no-revision", mentioned, cat("no revision '", revision, "' in '", store.name(), "'"),
       std::move(notes), {revision, store.name()});
}

class GitRepository final : public Repository {
 public:
  explicit GitRepository(std::shared_ptr<const Store> store) : store_(std::move(store)) {}

  const std::string& work_directory() const override { return store_->work_directory(); }

  Revision resolve(std::string_view revision, Span mentioned) const override {
    const Store::Loan repository = store_->borrow();
    const ObjectHandle commit = find_commit(repository.get(), std::string(revision), mentioned);
    return {hex(*libgit2().object_id(commit.get())), hex(tree_of(commit.get()))};
  }

  std::unique_ptr<Tree> open(std::string_view revision, const Path& directory,
                             Span mentioned) const override {
    const Store::Loan repository = store_->borrow();
    const ObjectHandle commit = find_commit(repository.get(), std::string(revision), mentioned);
    return std::make_unique<RevisionTree>(store_, std::string(revision), tree_of(commit.get()),
                                          directory);
  }

  std::vector<std::string> tags_at(std::string_view revision) const override {
    const Store::Loan repository = store_->borrow();
    const ObjectHandle commit = find_commit(repository.get(), std::string(revision), {});
    const std::string wanted = hex(*libgit2().object_id(commit.get()));
    std::vector<std::string> tags;
    for (const std::string& name : reference_names(repository.get()))
      if (name.starts_with("refs/tags/") && commit_of(repository.get(), name) == wanted)
        tags.emplace_back(short_name(name));
    std::sort(tags.begin(), tags.end());
    return tags;
  }

  std::string describe_revision(std::string_view revision) const override {
    const Library& git = libgit2();
    const Store::Loan repository = store_->borrow();
    const ObjectHandle commit = find_commit(repository.get(), std::string(revision), {});
    git_describe_options options = GIT_DESCRIBE_OPTIONS_INIT;
    options.describe_strategy = GIT_DESCRIBE_TAGS;
    int error = 0;
    const auto found = take<DescriptionHandle>(error, git.describe_commit, commit.get(), &options);
    if (!found) fail_description(repository.get(), std::string(revision));
    git_describe_format_options format = GIT_DESCRIBE_FORMAT_OPTIONS_INIT;
    git_buf text = GIT_BUF_INIT;
    if (git.describe_format(&text, found.get(), &format) != 0)
      fail_description(repository.get(), std::string(revision));
    std::string description(text.ptr, text.size);
    git.buf_dispose(&text);
    return description;
  }

  std::string head_branch() const override {
    const Store::Loan repository = store_->borrow();
    int error = 0;
    const auto head =
        take<ReferenceHandle>(error, libgit2().reference_lookup, repository.get(), "HEAD");
    const char* const target = head ? libgit2().reference_symbolic_target(head.get()) : nullptr;
    return target ? std::string(short_name(target)) : std::string();
  }

  std::vector<std::string> remote_urls() const override {
    const Library& git = libgit2();
    const Store::Loan repository = store_->borrow();
    std::vector<std::string> urls;
    git_strarray names{};
    if (git.remote_list(&names, repository.get()) != 0) return urls;
    for (std::size_t i = 0; i < names.count; ++i) {
      int error = 0;
      const auto remote =
          take<RemoteHandle>(error, git.remote_lookup, repository.get(), names.strings[i]);
      if (const char* const url = remote ? git.remote_url(remote.get()) : nullptr)
        urls.emplace_back(url);
    }
    git.strarray_dispose(&names);
    std::sort(urls.begin(), urls.end());
    urls.erase(std::unique(urls.begin(), urls.end()), urls.end());
    return urls;
  }

 private:
  ObjectHandle find_commit(git_repository* repository, const std::string& revision,
                           Span mentioned) const {
    const Library& git = libgit2();
    int error = 0;
    const auto found = take<ObjectHandle>(error, git.revparse_single, repository, revision.c_str());
    if (error == GIT_EAMBIGUOUS)
      fail("files/no-revision", mentioned,
           cat("'", revision, "' is the start of several revisions in '", store_->name(), "'"),
           {{"write more of its digits"}}, {revision, store_->name()});
    if (!found) fail_revision(*store_, repository, revision, mentioned);
    auto commit = take<ObjectHandle>(error, git.object_peel, found.get(), GIT_OBJECT_COMMIT);
    if (error == GIT_ENOTFOUND)
      fail_object(*store_, repository, mentioned, cat("revision '", revision, "'"));
    if (!commit)
      fail("files/no-revision", mentioned,
           cat("'", revision, "' in '", store_->name(), "' is not a commit"), {},
           {revision, store_->name()});
    return commit;
  }

  // A commit object is a git_commit; the type is settled by find_commit.
  static git_oid tree_of(git_object* commit) {
    return *libgit2().commit_tree_id(reinterpret_cast<git_commit*>(commit));
  }

  static std::optional<std::string> commit_of(git_repository* repository, const std::string& name) {
    int error = 0;
    const auto object =
        take<ObjectHandle>(error, libgit2().revparse_single, repository, name.c_str());
    if (!object) return {};
    const auto commit =
        take<ObjectHandle>(error, libgit2().object_peel, object.get(), GIT_OBJECT_COMMIT);
    if (!commit) return {};
    return hex(*libgit2().object_id(commit.get()));
  }

  [[noreturn]] void fail_description(git_repository* repository,
                                     const std::string& revision) const {
    std::vector<Note> notes{{"tag a commit, or name versions by '{hash8}'"}};
    if (libgit2().repository_is_shallow(repository) == 1)
      notes.push_back({"the clone is shallow: 'git fetch --unshallow --tags' brings its tags"});
    fail("files/no-tag", {},
         cat("no tag at or before '", revision, "' in '", store_->name(), "': ", last_cause()),
         std::move(notes), {revision, store_->name()});
  }

  std::shared_ptr<const Store> store_;
};

std::string without_slash(const char* directory) {
  std::string text = directory ? directory : "";
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

std::unique_ptr<Repository> open_repository(const std::string& directory, Span mentioned) {
  const Library& git = libgit2(mentioned);
  int error = 0;
  const auto repository =
      take<RepositoryHandle>(error, git.repository_open_ext, directory.c_str(),
                             static_cast<unsigned>(GIT_REPOSITORY_OPEN_CROSS_FS), nullptr);
  if (error == GIT_ENOTFOUND)
    fail("files/no-repository", mentioned, cat("'", directory, "' is in no git repository"), {},
         {directory});
  if (!repository) {
    const std::string cause = last_cause();
    fail("files/unreadable-repository", mentioned,
         cat("cannot open the git repository of '", directory, "': ", cause),
         {{"repositories with SHA-256 objects are not supported"}}, {directory, cause});
  }
  return std::make_unique<GitRepository>(
      std::make_shared<const Store>(without_slash(git.repository_path(repository.get())),
                                    without_slash(git.repository_workdir(repository.get()))));
}

}  // namespace plumb::files
