#pragma once
// A function passed down: a view of anything that can be called, without owning or allocating.
// It must not outlive the call that it is passed to.
//
//   void each(const Items& items, FunctionRef<void(Item&)> visit);
//   each(items, [&](Item& item) { count += item.size; });

#include <memory>
#include <type_traits>
#include <utility>

namespace plumb {

template <typename>
class FunctionRef;

template <typename Result, typename... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <typename Function>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, FunctionRef> &&
             std::is_invocable_r_v<Result, Function&, Arguments...>)
  FunctionRef(Function&& function)  // NOLINT(google-explicit-constructor): a parameter's type
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
        call_([](void* object, Arguments... arguments) -> Result {
          return (*static_cast<std::remove_reference_t<Function>*>(object))(
              std::forward<Arguments>(arguments)...);
        }) {}

  Result operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

 private:
  void* object_;
  Result (*call_)(void*, Arguments...);
};

}  // namespace plumb
