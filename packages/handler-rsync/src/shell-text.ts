/** A word for a POSIX shell, whatever bytes it holds. Line breaks come from the variable `nl`, so that a script stays one line. */
export function word(bytes: string): string {
  return `'${bytes.replaceAll("'", `'\\''`).replaceAll('\n', `'"$nl"'`)}'`
}

/** A name in the current directory, never taken for an option. */
export function here(name: string): string {
  return `./${word(name)}`
}

/** A time for `touch -d`, exact to the nanosecond. */
export function timeWord(ns: bigint): string {
  return `@${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
}

/** What it says first. */
export const HELLO = 'clsync-shell-1'

/**
 * The program of the shell that is kept open: a loop that reads a line of script, with content behind it where the script asks for that. It holds neither a
 * line break nor a single quote, so that any login shell passes it on. It says records, each ended by a NUL.
 *
 * - `s` says records.
 * - `at DIRECTORY` goes there when the way below the root leads through no link; from then on the shell is in that directory itself,
 *   wherever it is moved. One that is read-only is opened for its owner; who goes there closes it in the end.
 * - `w TEMP SIZE` writes content to a new file; `d SIZE` passes over it. The line after it shows that it came whole.
 * - `left` says what could not be deleted.
 * - `twins` says whether two are names of one file, which a rename leaves alone; with one link only, they are one name in two spellings.
 * - `same` says whether two are alike in everything that is carried.
 * - `begin` makes sure that the root is the directory that was opened, and `over` that it has been all the time. It is not held open
 *   in between, so that a disk can be unmounted.
 */
export const PROGRAM = [
  'LC_ALL=C; export LC_ALL; unset CDPATH; set -Cf; umask 077; nl=$(printf "\\nx"); nl=${nl%x}',
  's() { printf "%s\\0" "$@"; }',
  'at() { cd -P -- "$r$1/" 2>/dev/null && [ "$PWD" = "$r$1" ] && { [ -w . ] || chmod u+w . 2>/dev/null || :; }; }',
  'whole() { IFS= read -r g && [ "$g" = whole ] || exit 1; }',
  'd() { [ "$1" = 0 ] || head -c "$1" >/dev/null || exit 1; whole; }',
  'w() { if [ "$2" = 0 ] || head -c "$2" >>"./$1"; then whole; else rm -f -- "./$1"; exit 1; fi; }',
  'has() { [ -e "$1" ] || [ -L "$1" ]; }',
  'isdir() { [ -d "$1" ] && ! [ -L "$1" ]; }',
  // `rm -d` reads a directory to see whether it is empty, which may not be allowed.
  'left() { if has "$2"; then if isdir "$2"; then e=$(rmdir -- "$2" 2>&1); else e=$(rm -f -- "$2" 2>&1); fi || s left "$1" "$e"; fi; }',
  'twins() { [ "$1" -ef "$2" ] && ! [ -L "$1" ] && ! [ -L "$2" ] && ! [ -d "$1" ] && [ "$(stat -c %h -- "$1")" != 1 ]; }',
  'look() { stat -c "%f %u %g %s %.Y" -- "$1"; if [ -L "$1" ]; then readlink -- "$1"; fi; }',
  'same() { [ "$(look "$1")" = "$(look "$2" 2>/dev/null)" ] && { [ -L "$1" ] || cmp -s -- "$1" "$2"; }; }',
  'begin() { exec 8<"$r" && [ "$(stat -L -c %d:%i /dev/fd/8)" = "$id" ] || { s gone; exit 1; }; }',
  'over() { [ "$r" -ef /dev/fd/8 ] || { s gone; exit 1; }; exec 8<&-; cd /; s end; }',
  `s ${HELLO}; while IFS= read -r l; do eval "$l"; done`,
].join('; ')

/** Opens the root and says what is known of it; `ready` comes only when the commands that are needed are there. */
export function openScript(root: string, make: boolean): string {
  const made = make ? `e=$(mkdir -p -- ${word(root)} 2>&1) || { s unmade "$e"; exit 1; }; ` : ''
  return (
    `${made}if ! [ -d ${word(root)} ]; then if has ${word(root)}; then s nodirectory; else s missing; fi; exit 1; fi; ` +
    `cd -P -- ${word(root)}/ 2>/dev/null || { s closed; exit 1; }; r=$PWD; cd /; ` +
    'x=$(printf "abcdef\\n" | { head -c 3 >/dev/null; IFS= read -r y; printf %s "$y"; }); ' +
    'case $x$(mv --version 2>/dev/null) in def*coreutils*) ;; *) s unable; exit 1;; esac; ' +
    'id=$(stat -c %d:%i -- "$r"); ' +
    's ready "$r" "$(stat -c %i:%W -- "$r"):$(stat -f -c %t -- "$r")" "$(id -u)" "$(id -g)" "$(id -gn)" end'
  )
}

/** A directory below the root, as `at` takes it. */
export function below(directory: string): string {
  return directory === '' ? "''" : word(`/${directory}`)
}
