import { useEffect } from "react";
import { usePreferences } from "@/app/preferences";
import { useAlarmNews } from "./news";

/** Two short tones for each alarm that opens while the page is there, if they are wanted. */
export function useAlarmSound(): void {
  useEffect(() => {
    let context: AudioContext | null = null;
    const forget = useAlarmNews.subscribe(({ latest }, before) => {
      if (!usePreferences.getState().sound) return;
      const isNew = Object.entries(latest).some(
        ([camera, news]) => news.alarm.id !== before.latest[camera]?.alarm.id,
      );
      if (!isNew) return;
      context ??= new AudioContext();
      tone(context, 880, 0);
      tone(context, 660, 0.18);
    });
    return () => {
      forget();
      void context?.close();
    };
  }, []);
}

function tone(context: AudioContext, hertz: number, afterS: number): void {
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  const at = context.currentTime + afterS;
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(0.15, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.17);
}
