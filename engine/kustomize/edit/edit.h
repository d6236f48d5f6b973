#pragma once
// `kustomize edit …` and `kustomize create`: what scripts call to change a kustomization file.
//
// The file comes out as kustomize would leave its content, but every byte that the command does not
// change stays: comments, order, blank lines, quotes. (kustomize writes the file anew.)

#include <span>
#include <string>

#include "kustomize/edit/flags.h"
#include "kustomize/edit/place.h"
#include "kustomize/kustomize.h"

namespace plumb::kustomize::edit {

// `words`: what follows "edit". The result is the exit status.
int run_edit(std::span<const std::string> words, Place& place, DoorStreams& streams);
// What follows "create".
int run_create(std::span<const std::string> words, Place& place, DoorStreams& streams);

void create(Place& place, const Words& words);

}  // namespace plumb::kustomize::edit
