"""The plugin beancount."""
