"""From events to the alarms a person must answer."""
