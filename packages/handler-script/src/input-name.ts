/** How paths reach a command. */
export type InputName = 'each' | 'argv' | 'list' | 'list0' | 'json' | 'rsync-lists'
