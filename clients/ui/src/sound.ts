/** Two short tones. */
export class Sound {
  #context: AudioContext | undefined;

  play(): void {
    this.#context ??= new AudioContext();
    const { currentTime, destination } = this.#context;
    for (const [at, frequency] of [
      [0, 660],
      [0.12, 880],
    ] as const) {
      const tone = new OscillatorNode(this.#context, { frequency });
      const volume = new GainNode(this.#context, { gain: 0.08 });
      tone.connect(volume).connect(destination);
      tone.start(currentTime + at);
      tone.stop(currentTime + at + 0.1);
    }
  }
}
