"""Who may do what at the embedded broker, as plug-ins of amqtt, from the interface's own data.

`embedded_process` lets nobody near amqtt whose password is wrong, and gives each connection its
login name as client id: so the client id is who it is.
"""

from amqtt.contexts import Action  # type: ignore[import-untyped]  # amqtt has no types
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin  # type: ignore[import-untyped]  # amqtt has no types
from amqtt.session import Session  # type: ignore[import-untyped]  # amqtt has no types

from reference_system.broker.contract import SOURCE_ACCOUNT
from reference_system.interface.topics import PREFIX, device_may


class Admitted(BaseAuthPlugin):  # type: ignore[misc]  # so its classes are Any
    """Says yes: the door was before."""

    async def authenticate(self, *, session: Session) -> bool:
        """Yes."""
        return True


class Access(BaseTopicPlugin):  # type: ignore[misc]  # so its classes are Any
    """Own topics for devices, all topics of this interface for the source system."""

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Whether this may be subscribed to, published or received."""
        who = session.client_id if session is not None else None
        if who is None or topic is None:
            return False
        if who == SOURCE_ACCOUNT:
            return topic.startswith(f"{PREFIX}/")
        return device_may(who, "write" if action == Action.PUBLISH else "read", topic)
