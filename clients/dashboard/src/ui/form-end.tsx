import { useWork } from "../context.js";

interface FormEndProps {
  /** The word on the button that does it: "Save" without it. */
  readonly label?: string;
  readonly isDangerous?: boolean;
  /** Whether it cannot be done now. */
  readonly isDisabled: boolean;
  cancel(): void;
}

/** The end of a form: the way out, and what it is for. */
export function FormEnd({ label, isDangerous = false, isDisabled, cancel }: FormEndProps) {
  const { common } = useWork().language.texts;
  return (
    <div class="acts">
      <button type="button" onClick={cancel}>
        {common.cancel}
      </button>
      <button type="submit" class={isDangerous ? "danger" : "primary"} disabled={isDisabled}>
        {label ?? common.save}
      </button>
    </div>
  );
}
