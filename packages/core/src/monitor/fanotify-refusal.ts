import { ClsyncError } from '../model/error.ts'
import { type RawPath, toText } from '../model/path.ts'
import { FanotifyGroup } from './fanotify-group.ts'
import { HandleTable } from './handle-table.ts'
import { ERRNO, type FanotifyCalls, nameOfErrno } from './libc.ts'

/** Why fanotify cannot watch a directory, found out by trying; `undefined` when it can. */
export function refusalOf(libc: FanotifyCalls, directory: RawPath): ClsyncError | undefined {
  const group = new FanotifyGroup(libc)
  const nobody = { handles: new HandleTable(), event() {}, lost() {}, broken() {} }
  const errno = group.join(nobody)
  if (errno !== 0) return cannotOpen(errno)
  const refused = group.cover(directory, true)
  group.leave(nobody)
  return isRefused(refused) ? cannotMark(refused, toText(directory)) : undefined
}

/** Why there is no fanotify for us. */
export function cannotOpen(errno: number): ClsyncError {
  return new ClsyncError('MONITOR_UNAVAILABLE', {
    message: 'fanotify cannot be opened.',
    why: OPENING[errno] ?? `The kernel says ${nameOfErrno(errno)}.`,
    fix: FIX,
  })
}

/** Why the file system of a directory cannot be marked. */
export function cannotMark(errno: number, directory: string): ClsyncError {
  return new ClsyncError('MONITOR_UNAVAILABLE', {
    message: `fanotify cannot watch the file system of "${directory}".`,
    why: MARKING[errno] ?? `The kernel says ${nameOfErrno(errno)}.`,
    fix: FIX,
  })
}

/** Whether the file system can never be marked; else it was a lack of something for the moment. */
export function isRefused(errno: number): boolean {
  return MARKING[errno] !== undefined
}

const PRIVILEGE = 'It needs CAP_SYS_ADMIN: run clsync as root, or give the service this capability.'
const TOO_OLD = 'The kernel is too old for it: Linux 5.9 is needed.'

const OPENING: Readonly<Record<number, string>> = {
  [ERRNO.EPERM]: PRIVILEGE,
  [ERRNO.EINVAL]: TOO_OLD,
  [ERRNO.ENOSYS]: 'The kernel was built without it.',
  [ERRNO.EMFILE]: 'There are too many open files, or more fanotify groups than fs.fanotify.max_user_groups allows.',
}

const MARKING: Readonly<Record<number, string>> = {
  [ERRNO.EPERM]: PRIVILEGE,
  [ERRNO.EINVAL]: TOO_OLD,
  [ERRNO.ENOSYS]: 'The kernel was built without it.',
  [ERRNO.EXDEV]: 'It is a btrfs subvolume, and only the top volume of a btrfs can be marked.',
  [ERRNO.EOPNOTSUPP]: 'This file system has no file handles to name directories by (overlayfs has with nfs_export=on).',
  [ERRNO.EOVERFLOW]: 'Its file handles are longer than the kernel tells.',
  [ERRNO.ENODEV]: 'This file system has no id to tell it from others.',
}

const FIX = "Set monitor: 'auto', which takes the best that works here and says why, or 'inotify'."
