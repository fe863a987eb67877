#!/usr/bin/env bash
# Builds the image and runs it as a cluster would: as a user without a name, without capabilities, with
# a root file system that is read-only. Needs root, npm install, Debian's mmdebstrap, buildah, podman,
# runc and redis-server, npm's registry and Debian's packages; no Docker, no registry of images: the
# image to begin with is made here, of Debian's packages and Node as npm has it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly NODE=24 NPM=11
readonly BASE=localhost/node:$NODE-slim
readonly IMAGE=localhost/git-recap-server:check

work=$(mktemp -d)
# Two gigabytes of small files: in memory where there is room, which saves a third of the time.
if [[ $(awk '/^MemAvailable/ { print $2 }' /proc/meminfo) -gt $((8 * 1024 * 1024)) ]]; then
  mount -t tmpfs tmpfs "$work" || true
fi
# Debian's packages are fetched by a user of their own.
chmod 755 "$work"
# Layers on top of each other where the kernel lets us, which takes half the time; copies elsewhere.
driver=vfs
mkdir "$work"/{lower,upper,work,merged}
if mount -t overlay overlay "$work/merged" \
  -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/work" 2>/dev/null; then
  umount "$work/merged"
  driver=overlay
fi
readonly storage=(--root "$work/storage" --runroot "$work/run" --storage-driver "$driver")
export BUILDAH_ISOLATION=chroot

cleanup() {
  local status=$?
  trap - EXIT
  podman "${storage[@]}" rm --all --force --time 0 >/dev/null || true
  umount --lazy "$work/storage/overlay" 2>/dev/null || true
  umount --lazy "$work" 2>/dev/null || true
  rm -rf "$work"
  exit "$status"
}
trap cleanup EXIT

# What node:24-slim is: a small Debian, Node and npm.
make_base() {
  local suite container
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  TMPDIR=$work mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$work/debian.tar"
  (
    cd "$work"
    npm pack --silent "node-linux-$(node -p process.arch)@$NODE" "npm@$NPM" >/dev/null
    mkdir -p local/bin local/lib/node_modules/npm
    tar xzf node-linux-*.tgz --strip-components=2 -C local/bin package/bin/node
    tar xzf npm-*.tgz --strip-components=1 -C local/lib/node_modules/npm
    ln -s ../lib/node_modules/npm/bin/npm-cli.js local/bin/npm
  )
  container=$(buildah "${storage[@]}" from scratch)
  buildah "${storage[@]}" add --quiet "$container" "$work/debian.tar" /
  buildah "${storage[@]}" add --quiet "$container" "$work/local" /usr/local
  buildah "${storage[@]}" config --env PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$container"
  buildah "${storage[@]}" commit --quiet --rm "$container" "$BASE" >/dev/null
  rm -rf "$work/debian.tar" "$work"/*.tgz "$work/local"
}

# The build reaches the registries as this machine does; none of how gets into the image.
build() {
  local authorities
  authorities=$(npm config get cafile)
  if [[ ! -f $authorities ]]; then authorities=${NODE_EXTRA_CA_CERTS:-/dev/null}; fi
  {
    if [[ -f ~/.npmrc ]]; then cat ~/.npmrc; fi
    if [[ -s $authorities ]]; then printf '\ncafile=/run/secrets/ca\n'; fi
  } >"$work/npmrc"
  buildah "${storage[@]}" build --quiet --jobs 3 --file docker/Dockerfile --tag "$IMAGE" \
    --build-arg "BASE=$BASE" --build-arg "REVISION=$(git rev-parse HEAD)" \
    --secret "id=npmrc,src=$work/npmrc" --secret "id=ca,src=$authorities" \
    --volume /etc/apt:/etc/apt:ro --network host .
}

make_base
printf '%4d s  the image to begin with\n' "$SECONDS"
build
printf '%4d s  the image\n' "$SECONDS"
node --import ./test/support/typescript.mjs test/image/check.mjs "$IMAGE" \
  podman "${storage[@]}" --tmpdir "$work/libpod" --cgroup-manager cgroupfs --runtime runc
printf '%4d s  all of it\n' "$SECONDS"
