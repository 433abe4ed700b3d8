/** A key as it is written on buttons and sheets: `Shift F11`. */
export const Keys = ({ keys }: { readonly keys: string }) => <kbd>{keys.split(/\+(?=.)/).join(' ')}</kbd>;
